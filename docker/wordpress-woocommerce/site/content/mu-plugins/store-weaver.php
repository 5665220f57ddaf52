<?php

/**
 * Plugin Name: Store Weaver
 * Description: What makes WordPress fit for a container: updates come with the image, no mail and no XML-RPC.
 */

declare(strict_types=1);

defined('ABSPATH') || exit;

add_filter('xmlrpc_enabled', '__return_false');
add_filter('wp_headers', static function (array $headers): array {
    unset($headers['X-Pingback']);
    return $headers;
});
remove_action('wp_head', 'rsd_link');

// Whoever asks whether this shop answers finds it by this, however its name looks as HTML.
add_action('wp_head', static function (): void {
    $id = (string) getenv('STORE_ID');
    if ($id !== '') {
        printf("<meta name=\"store\" content=\"%s\">\n", esc_attr($id));
    }
});

// Browsers draw emoji by themselves; WordPress's script would fetch pictures of them from another site.
add_action('init', static function (): void {
    remove_action('wp_head', 'print_emoji_detection_script', 7);
});
add_action('admin_init', static function (): void {
    remove_action('admin_print_scripts', 'print_emoji_detection_script');
});

// A container has nothing to send mail with. Refusing at once is honest and costs no time-out;
// with a plugin that brings a transport, WORDPRESS_MAIL lets mail pass.
if (!filter_var(getenv('WORDPRESS_MAIL'), FILTER_VALIDATE_BOOL)) {
    add_filter('pre_wp_mail', '__return_false');
}

// Without these the scheduled work asks wordpress.org for updates that could not be installed.
if (!filter_var(getenv('WORDPRESS_UPDATES'), FILTER_VALIDATE_BOOL)) {
    $nothingNew = static fn (): object => (object) [
        'last_checked' => time(),
        'version_checked' => wp_get_wp_version(),
        'updates' => [],
        'response' => [],
        'translations' => [],
        'no_update' => [],
        'checked' => [],
    ];
    foreach (['update_core', 'update_plugins', 'update_themes'] as $transient) {
        add_filter("pre_site_transient_$transient", $nothingNew);
    }
    foreach (['wp_version_check', 'wp_update_plugins', 'wp_update_themes', 'wp_maybe_auto_update'] as $check) {
        remove_all_actions($check);
    }
    add_filter('site_status_tests', static function (array $tests): array {
        unset($tests['async']['dotorg_communication'], $tests['async']['background_updates']);
        return $tests;
    });
}

// WooCommerce comes with the image as well, also where updates of other plugins are wanted.
add_filter('site_transient_update_plugins', static function (mixed $found): mixed {
    if (is_object($found) && is_link(WP_PLUGIN_DIR . '/woocommerce')) {
        unset($found->response['woocommerce/woocommerce.php']);
    }
    return $found;
});

// The setup wizard and the marketplace are for somebody without a shop.
add_filter('woocommerce_enable_setup_wizard', '__return_false');
add_filter('woocommerce_allow_marketplace_suggestions', '__return_false');
