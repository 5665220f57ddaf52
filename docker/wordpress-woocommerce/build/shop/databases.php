<?php

/** php databases.php NAME...: makes empty databases; fails until the server answers. */

declare(strict_types=1);

[, $socket] = explode(':', getenv('WORDPRESS_DB_HOST'), 2);
$connection = new mysqli('localhost', getenv('WORDPRESS_DB_USER'), getenv('WORDPRESS_DB_PASSWORD'), '', 0, $socket);
foreach (array_slice($argv, 1) as $name) {
    $connection->query("CREATE DATABASE IF NOT EXISTS `$name` CHARACTER SET utf8mb4");
}
