<?php

/**
 * Takes WooCommerce's release into the image: php take-release.php RELEASE_FOLDER TARGET
 *
 * From WOOCOMMERCE_URL with WOOCOMMERCE_SHA256, or from what RELEASE_FOLDER holds: one zip file,
 * the plugin's folder, or the plugin's files. With neither the image is made without WooCommerce.
 * TARGET becomes a tree for the root of the image.
 */

declare(strict_types=1);

const WORDPRESS = '/var/www/html';
const VERSIONS = '/etc/storeweaver/versions';
const LACKS = 'WooCommerce is not in the image, since no release of it was given. Set WOOCOMMERCE_RELEASE to its zip '
    . 'file, or to an address with the sum in WOOCOMMERCE_SHA256, and run `make up`.';
const PLACE_IN_IMAGE = '/usr/share/storeweaver/plugins/woocommerce';

function stop(string $sentence): never
{
    fwrite(STDERR, "woocommerce: $sentence\n");
    exit(1);
}

function say(string $sentence): void
{
    fwrite(STDERR, "woocommerce: $sentence\n");
}

function download(string $url, string $file): void
{
    $out = fopen($file, 'wb');
    $request = curl_init($url);
    curl_setopt_array($request, [
        CURLOPT_FILE => $out,
        CURLOPT_FOLLOWLOCATION => true,
        CURLOPT_FAILONERROR => true,
        CURLOPT_CONNECTTIMEOUT => 20,
        CURLOPT_LOW_SPEED_LIMIT => 1024,
        CURLOPT_LOW_SPEED_TIME => 60,
    ]);
    if (is_file('/run/secrets/ca')) {
        curl_setopt($request, CURLOPT_CAINFO, '/run/secrets/ca');
    }
    if (!curl_exec($request)) {
        stop("$url could not be fetched: " . curl_error($request) . '. Check WOOCOMMERCE_URL and the '
            . 'network, or put the release into docker/wordpress-woocommerce/release/.');
    }
    fclose($out);
}

function verify(string $file, string $expected, string $origin): void
{
    $actual = hash_file('sha256', $file);
    if (!hash_equals(strtolower($expected), $actual)) {
        stop("$origin is not the file that was expected.\n"
            . "  sha256 expected: $expected\n"
            . "  sha256 found:    $actual\n"
            . 'Correct WOOCOMMERCE_SHA256 only if the found sum is the one that the publisher states.');
    }
    say("sha256 of $origin is as expected: $actual");
}

function unzip(string $file, string $folder, string $origin): void
{
    $zip = new ZipArchive();
    if ($zip->open($file) !== true || !$zip->extractTo($folder)) {
        stop("$origin is not a zip file that can be unpacked.");
    }
    $zip->close();
}

/** The folder that holds woocommerce.php: the given one or one directly below it. */
function pluginFolder(string $folder, string $origin): string
{
    foreach ([$folder, ...glob("$folder/*", GLOB_ONLYDIR)] as $candidate) {
        if (is_file("$candidate/woocommerce.php")) {
            return $candidate;
        }
    }
    stop("$origin holds no woocommerce.php. Give the plugin as WordPress installs it, not its source.");
}

function headerField(string $plugin, string $field): string
{
    $head = file_get_contents("$plugin/woocommerce.php", length: 8192);
    return preg_match("/^[ \t*]*$field:[ \t]*(\S+)/m", $head, $match) === 1 ? $match[1] : '';
}

/** Returns the version of a plugin that is whole and fits this image. */
function checkedVersion(string $plugin, string $origin): string
{
    $version = headerField($plugin, 'Version');
    if ($version === '') {
        stop("$origin/woocommerce.php names no version.");
    }
    foreach (['vendor/autoload_packages.php', 'assets/client/blocks', 'assets/css'] as $built) {
        if (!file_exists("$plugin/$built")) {
            stop("$origin lacks $built: it is WooCommerce's source, not a release. Give the release.");
        }
    }
    require WORDPRESS . '/wp-includes/version.php';
    foreach (['Requires at least' => $wp_version, 'Requires PHP' => PHP_VERSION] as $field => $present) {
        $needed = headerField($plugin, $field);
        if ($needed !== '' && version_compare($present, $needed, '<')) {
            stop("WooCommerce $version says '$field: $needed', this image has $present. Take another release.");
        }
    }
    return $version;
}

[, $releaseFolder, $target] = $argv;
$url = (string) getenv('WOOCOMMERCE_URL');
$sum = (string) getenv('WOOCOMMERCE_SHA256');
$given = array_values(preg_grep('~/\.[^/]*$~', glob("$releaseFolder/{,.}*", GLOB_BRACE), PREG_GREP_INVERT));
$zips = preg_grep('/\.zip$/i', $given);
mkdir("$target/etc/storeweaver", recursive: true);

if ($url !== '' && $given !== []) {
    stop('both WOOCOMMERCE_URL and a file in release/ are given. Remove one of them.');
}
if ($url !== '' && preg_match('/^[0-9a-f]{64}$/i', $sum) !== 1) {
    stop("WOOCOMMERCE_URL needs WOOCOMMERCE_SHA256, 64 hexadecimal digits; it is '$sum'.");
}
if ($url === '' && $given === []) {
    say('no release was given: the image is made without WooCommerce and its shop sells nothing.');
    file_put_contents("$target/etc/storeweaver/lacks", LACKS . "\n");
    exit(0);
}

$unpacked = '/build/unpacked';
if ($url !== '') {
    download($url, '/build/release.zip');
    verify('/build/release.zip', $sum, $url);
    unzip('/build/release.zip', $unpacked, $url);
    $origin = $url;
} elseif (count($zips) === 1 && count($given) === 1) {
    $origin = 'release/' . basename($given[0]);
    $sum !== ''
        ? verify($given[0], $sum, $origin)
        : say("sha256 of $origin: " . hash_file('sha256', $given[0]));
    unzip($given[0], $unpacked, $origin);
} elseif ($zips === []) {
    $unpacked = $releaseFolder;
    $origin = 'release';
} else {
    stop('release/ holds a zip file and something else. Leave one zip file, or the plugin\'s folder.');
}

$plugin = pluginFolder($unpacked, $origin);
$version = checkedVersion($plugin, $origin);
mkdir(dirname($target . PLACE_IN_IMAGE), recursive: true);
exec('cp -R ' . escapeshellarg($plugin) . ' ' . escapeshellarg($target . PLACE_IN_IMAGE), $said, $status);
if ($status !== 0) {
    stop("$origin could not be copied into the image. Is the disk full?");
}
exec('chmod -R u=rwX,go=rX ' . escapeshellarg($target . PLACE_IN_IMAGE));
$links = "$target/var/www/html/wp-content/plugins";
mkdir($links, recursive: true);
symlink(PLACE_IN_IMAGE, "$links/woocommerce");
file_put_contents("$target/etc/storeweaver/woocommerce", "$version\n");
file_put_contents($target . VERSIONS, file_get_contents(VERSIONS) . "WooCommerce=$version\n");
say("$version from $origin");
