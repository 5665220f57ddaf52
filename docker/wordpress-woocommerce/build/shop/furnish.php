<?php

/** Design, pages, payment, shipping and products: php furnish.php PICTURES */

declare(strict_types=1);

namespace StoreWeaver\Build;

require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once __DIR__ . '/Design.php';

wp_set_current_user(1);
$design = new Design(__DIR__ . '/blocks');
if (!class_exists('WooCommerce')) {
    $design->makeWelcome();
} else {
    require_once __DIR__ . '/Catalogue.php';
    require_once __DIR__ . '/Terms.php';
    // What WooCommerce would do at the administrator's first visit, such as the tables of its orders.
    \WC_Install::newly_installed();
    Terms::set();
    (new Catalogue($argv[1]))->fill(require __DIR__ . '/products.php');
    $design->makeShop();
}
flush_rewrite_rules();
