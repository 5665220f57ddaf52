<?php

/** Activates WooCommerce where the image holds it. */

declare(strict_types=1);

require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

const PLUGIN = 'woocommerce/woocommerce.php';
if (is_file(WP_PLUGIN_DIR . '/' . PLUGIN)) {
    wp_set_current_user(1);
    $problem = activate_plugin(PLUGIN);
    if (is_wp_error($problem)) {
        fwrite(STDERR, "WooCommerce could not be activated: {$problem->get_error_message()}\n");
        exit(1);
    }
}
