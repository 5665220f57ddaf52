<?php

/**
 * php dump.php FOLDER: the shop as statements that MySQL and MariaDB both take. tables.json holds
 * the definition of each table by its name, rows.sql what is in them.
 *
 * Left out: what is one store's alone (users, sessions, keys) or past (finished actions, caches).
 */

declare(strict_types=1);

const ROWS_A_STATEMENT = 50;
const PLACEHOLDER = 'http://storeweaver.invalid';
const EMPTY_TABLES = [
    'wp_users', 'wp_usermeta', 'wp_woocommerce_sessions', 'wp_wc_customer_lookup', 'wp_actionscheduler_logs',
    'wp_wc_admin_notes', 'wp_wc_admin_note_actions', 'wp_woocommerce_log', 'wp_wc_rate_limits',
];
const LEFT_OUT = [
    'wp_options' => "option_name NOT LIKE '\\_transient\\_%' AND option_name NOT LIKE '\\_site\\_transient\\_%' "
        . "AND option_name NOT LIKE 'action\\_scheduler\\_lock\\_%' "
        . "AND option_name NOT IN ('woocommerce_share_key', 'woocommerce_store_id', 'woocommerce_maxmind_geolocation_settings', "
        . "'recovery_keys', 'auto_updater.lock')",
    'wp_actionscheduler_actions' => "status = 'pending'",
];

[, $folder] = $argv;
[, $socket] = explode(':', getenv('WORDPRESS_DB_HOST'), 2);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$database = new mysqli('localhost', getenv('WORDPRESS_DB_USER'), '', getenv('WORDPRESS_DB_NAME'), 0, $socket);
$database->set_charset('utf8mb4');
$database->query("REPLACE INTO wp_options (option_name, option_value, autoload) VALUES ('storeweaver_built', "
    . time() . ", 'no')");

$tables = array_column($database->query('SHOW TABLES')->fetch_all(), 0);
$definitions = [];
foreach ($tables as $table) {
    $definition = $database->query("SHOW CREATE TABLE `$table`")->fetch_row()[1];
    $definitions[$table] = preg_replace(['/ AUTO_INCREMENT=\d+/', '/ ROW_FORMAT=\w+/'], '', $definition);
    if (str_contains($definition, 'FOREIGN KEY')) {
        fwrite(STDERR, "table $table refers to another, so tables cannot be made in any order\n");
        exit(1);
    }
}
// In one transaction: the server waits for the disk once.
$out = "START TRANSACTION;\n";
foreach (array_diff($tables, EMPTY_TABLES) as $table) {
    $where = LEFT_OUT[$table] ?? 'TRUE';
    $rows = $database->query("SELECT * FROM `$table` WHERE $where")->fetch_all();
    foreach (array_chunk($rows, ROWS_A_STATEMENT) as $chunk) {
        $tuples = array_map(static fn (array $row): string => '(' . implode(',', array_map(
            static fn (?string $value): string =>
                $value === null ? 'NULL' : "'" . $database->real_escape_string($value) . "'",
            $row,
        )) . ')', $chunk);
        $out .= "INSERT INTO `$table` VALUES\n" . implode(",\n", $tuples) . ";\n";
    }
}
$out .= "COMMIT;\n";

// A store's URL replaces the placeholder as text, which would break a value of stated length.
if (preg_match('/s:\d+:\\\\"[^"]*' . preg_quote(PLACEHOLDER, '/') . '/', $out, $match) === 1) {
    fwrite(STDERR, "a serialized value holds the address of the shop: $match[0]\n");
    exit(1);
}
file_put_contents("$folder/tables.json", json_encode($definitions, JSON_PRETTY_PRINT | JSON_THROW_ON_ERROR));
file_put_contents("$folder/rows.sql", $out);
fprintf(STDERR, "%d tables, %d KB\n", count($tables), strlen($out) >> 10);
