<?php

/** WordPress itself, without its sample content. */

declare(strict_types=1);

define('WP_INSTALLING', true);
require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install(getenv('STORE_NAME'), getenv('ADMIN_USER'), getenv('ADMIN_EMAIL'), true, '', getenv('ADMIN_PASSWORD'));
foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $sample) {
    wp_delete_post($sample->ID, true);
}
foreach (get_comments(['fields' => 'ids']) as $sample) {
    wp_delete_comment($sample, true);
}
$options = [
    'blogdescription' => '',
    'permalink_structure' => '/%postname%/',
    'default_ping_status' => 'closed',
    'default_pingback_flag' => 0,
    'default_comment_status' => 'closed',
    'timezone_string' => 'UTC',
    'uploads_use_yearmonth_folders' => 1,
    'template' => 'twentytwentyfive',
    'stylesheet' => 'twentytwentyfive',
    'wp_page_for_privacy_policy' => 0,
    // Pictures of people would come from another site.
    'show_avatars' => 0,
    'widget_block' => [],
    'sidebars_widgets' => ['wp_inactive_widgets' => [], 'array_version' => 3],
];
foreach ($options as $name => $value) {
    update_option($name, $value);
}
