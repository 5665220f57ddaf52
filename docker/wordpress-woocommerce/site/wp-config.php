<?php

/** WordPress's settings, all of them from the environment. See README.md. */

$env = static fn (string $name, string $default = ''): string => getenv($name) !== false ? getenv($name) : $default;
$on = static fn (string $name, bool $default): bool => filter_var($env($name, $default ? 'on' : 'off'), FILTER_VALIDATE_BOOL);

if (PHP_SAPI !== 'cli' && !is_file('/tmp/store/open')) {
    http_response_code(503);
    header('Content-Type: text/plain; charset=utf-8');
    header('Cache-Control: no-store');
    header('Retry-After: 2');
    exit("This shop is being set up. Try again in a few seconds.\n");
}

define('DB_HOST', $env('WORDPRESS_DB_HOST'));
define('DB_NAME', $env('WORDPRESS_DB_NAME'));
define('DB_USER', $env('WORDPRESS_DB_USER'));
define('DB_PASSWORD', $env('WORDPRESS_DB_PASSWORD'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $scheme) {
    foreach (["{$scheme}_KEY", "{$scheme}_SALT"] as $name) {
        $secret = $env("WORDPRESS_$name");
        define($name, $secret !== '' ? $secret : hash_hmac('sha256', $name, $env('WORDPRESS_SALT_SEED')));
    }
}

$storeUrl = rtrim($env('STORE_URL'), '/');
if (($_SERVER['HTTPS'] ?? '') === 'on') {
    $storeUrl = preg_replace('~^http:~', 'https:', $storeUrl);
}
define('WP_HOME', $storeUrl);
define('WP_SITEURL', $storeUrl);

// The image is the unit of upgrade, and `start` runs the scheduled work.
define('WP_AUTO_UPDATE_CORE', false);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('DISALLOW_FILE_EDIT', true);
define('DISALLOW_FILE_MODS', !$on('WORDPRESS_FILE_MODS', false));
define('WP_HTTP_BLOCK_EXTERNAL', $on('WORDPRESS_BLOCK_EXTERNAL', true));
define('FS_METHOD', 'direct');
define('WP_TEMP_DIR', '/tmp/store/php');
define('WP_DEBUG', false);
define('WP_ENVIRONMENT_TYPE', 'production');

unset($env, $on, $scheme, $name, $secret, $storeUrl);
defined('ABSPATH') || define('ABSPATH', '/var/www/html/');
require_once ABSPATH . 'wp-settings.php';
