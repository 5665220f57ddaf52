<?php

/**
 * Readiness: 200 when PHP answers, the database answers and the shop is installed.
 *
 * Does not load WordPress: a probe every second must cost next to nothing.
 */

declare(strict_types=1);

function answer(int $status, string $sentence): never
{
    http_response_code($status);
    header('Content-Type: text/plain');
    header('Cache-Control: no-store');
    echo $sentence, "\n";
    exit;
}

if (!is_file('/tmp/store/open')) {
    answer(503, 'the shop is being set up');
}
[$host, $port] = array_pad(explode(':', (string) getenv('WORDPRESS_DB_HOST'), 2), 2, '3306');
$socket = is_numeric($port) ? null : $port;
try {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $database = mysqli_init();
    $database->options(MYSQLI_OPT_CONNECT_TIMEOUT, 2);
    $database->options(MYSQLI_OPT_READ_TIMEOUT, 2);
    $database->real_connect(
        $host,
        getenv('WORDPRESS_DB_USER'),
        getenv('WORDPRESS_DB_PASSWORD'),
        getenv('WORDPRESS_DB_NAME'),
        (int) $port,
        $socket,
    );
    $found = $database->query("SELECT 1 FROM wp_options WHERE option_name = 'siteurl'")->fetch_row();
} catch (mysqli_sql_exception $problem) {
    answer(503, $problem->getCode() === 1146 ? 'the shop is not installed' : 'the database does not answer');
}
$found !== null ? answer(200, 'ok') : answer(503, 'the shop is not installed');
