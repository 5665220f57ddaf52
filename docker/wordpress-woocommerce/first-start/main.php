<?php

/**
 * Makes the shop where there is none, and lets WordPress adapt the tables of an older one.
 *
 * May be run at any time and by several containers at once: a lock in the database lets one
 * work, and what it does follows from what it finds. A shop that stands is never changed.
 */

declare(strict_types=1);

use StoreWeaver\Database;
use StoreWeaver\Folders;
use StoreWeaver\Log;
use StoreWeaver\Owner;
use StoreWeaver\Refusal;
use StoreWeaver\Settings;
use StoreWeaver\Shop;

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'StoreWeaver\\')) {
        require __DIR__ . '/' . substr($class, strlen('StoreWeaver\\')) . '.php';
    }
});

const WORDPRESS = '/var/www/html';

try {
    $settings = Settings::fromEnvironment();
    Folders::linkImageParts();
    $database = Database::whenItAnswers($settings);
    $database->lock();
    $shop = new Shop($database, $settings);
    require WORDPRESS . '/wp-includes/version.php';
    $isNew = !$shop->exists();
    if ($isNew) {
        Log::say('a new shop');
        Folders::copyPictures();
        $shop->load();
        Log::say('its tables are loaded');
    } else {
        $shop->checkItCanSell(WORDPRESS . '/wp-content/plugins/woocommerce');
    }
    if ($isNew || $shop->tableVersion() < $wp_db_version) {
        // WordPress sets its global variables where it is loaded, and loads no plugin while installing.
        define('WP_INSTALLING', true);
        require WORDPRESS . '/wp-load.php';
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    }
    if ($isNew) {
        (new Owner($settings))->takesOver();
        $shop->finish();
        Log::say("the shop is $settings->adminUser's");
    } elseif ($shop->tableVersion() > $wp_db_version) {
        throw new Refusal("the tables are of a newer WordPress than this image's $wp_version. Use an image that is at "
            . 'least as new as the last one; nothing was changed.');
    } elseif ($shop->tableVersion() < $wp_db_version) {
        wp_upgrade();
        Log::say("its tables are now those of WordPress $wp_version");
    }
    $database->unlock();
} catch (Refusal $refusal) {
    fwrite(STDERR, "wordpress: {$refusal->getMessage()}\n");
    exit(1);
} catch (mysqli_sql_exception $problem) {
    fwrite(STDERR, "wordpress: the database failed while the shop was set up: {$problem->getMessage()}. "
        . "The next start begins again.\n");
    exit(1);
}
