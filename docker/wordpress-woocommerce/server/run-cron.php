<?php

/**
 * php -n run-cron.php SOCKET HOST: asks the web server to do WordPress's scheduled work.
 *
 * Needs no extension, so that starting it once a minute costs next to nothing. WordPress answers
 * before it works, and itself sees to it that only one does.
 */

declare(strict_types=1);

const ANSWER_SECONDS = 60;

[, $socket, $host] = $argv;
$connection = stream_socket_client("unix://$socket", $code, $message, ANSWER_SECONDS);
if ($connection === false) {
    exit(1);
}
stream_set_timeout($connection, ANSWER_SECONDS);
fwrite($connection, "GET /wp-cron.php HTTP/1.0\r\nHost: $host\r\n\r\n");
$status = strtok((string) fgets($connection), "\r\n");
if ($status === false || !str_contains($status, ' 200 ')) {
    fwrite(STDERR, "wordpress: the scheduled work was not begun: " . ($status ?: 'no answer') . "\n");
    exit(1);
}
