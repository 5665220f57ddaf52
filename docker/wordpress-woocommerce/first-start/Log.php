<?php

declare(strict_types=1);

namespace StoreWeaver;

/** Lines for the container's log, with the seconds since the start of this process. */
final class Log
{
    public static function say(string $line): void
    {
        $seconds = microtime(true) - $_SERVER['REQUEST_TIME_FLOAT'];
        fprintf(STDERR, "wordpress: %s (%.2f s)\n", $line, $seconds);
    }
}
