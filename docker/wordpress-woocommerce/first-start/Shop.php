<?php

declare(strict_types=1);

namespace StoreWeaver;

/**
 * The shop's tables.
 *
 * A table marks a shop that is being made: MySQL cannot undo CREATE TABLE, so a start that dies
 * half-way leaves tables behind, and without the mark nobody could tell them from an owner's.
 */
final readonly class Shop
{
    private const TABLES = '/usr/share/storeweaver/tables.json';
    private const ROWS = '/usr/share/storeweaver/rows.sql';
    private const URL_IN_DUMP = 'http://storeweaver.invalid';
    private const MARK = 'wp_storeweaver_unfinished';

    public function __construct(private Database $database, private Settings $settings)
    {
    }

    /** @throws Refusal when the tables are neither a shop nor a shop in the making. */
    public function exists(): bool
    {
        if ($this->database->hasTable(self::MARK)) {
            Log::say('a former start did not finish the shop; it is made again');
            return false;
        }
        if ($this->database->hasTable('wp_options')) {
            return true;
        }
        $others = $this->database->tables('wp\_%');
        if ($others !== []) {
            throw new Refusal("database '{$this->settings->databaseName}' holds " . implode(', ', array_slice($others, 0, 3))
                . ' and no wp_options. Nothing was changed: restore the whole of it, or give an empty database.');
        }
        return false;
    }

    /** Loads the tables of the image's shop in place of what an unfinished start left. */
    public function load(): void
    {
        $this->database->execute('CREATE TABLE IF NOT EXISTS ' . self::MARK . ' (since TIMESTAMP NOT NULL)');
        $statements = [];
        $definitions = json_decode(file_get_contents(self::TABLES), true, flags: JSON_THROW_ON_ERROR);
        foreach ($definitions as $table => $definition) {
            $statements[] = ["DROP TABLE IF EXISTS `$table`", $definition];
        }
        $this->database->executeAtOnce($statements);
        $url = $this->database->escaped($this->settings->storeUrl);
        $this->database->execute(str_replace(self::URL_IN_DUMP, $url, file_get_contents(self::ROWS)));
    }

    /** From here on the shop is its owner's: no start changes what is in it. */
    public function finish(): void
    {
        $this->database->execute('DROP TABLE ' . self::MARK);
    }

    public function tableVersion(): int
    {
        return (int) $this->option('db_version');
    }

    /**
     * @throws Refusal when the shop sells with a WooCommerce that this image does not have.
     */
    public function checkItCanSell(string $pluginFolder): void
    {
        $sellsWith = $this->option('woocommerce_db_version');
        if ($sellsWith === '') {
            return;
        }
        $main = @file_get_contents("$pluginFolder/woocommerce.php", length: 8192);
        if ($main === false) {
            throw new Refusal("this shop sells with WooCommerce $sellsWith, and this image was built without it. "
                . 'Nothing was changed: use an image with WooCommerce, which WOOCOMMERCE_RELEASE and `make up` build.');
        }
        preg_match('/^[ \t*]*Version:[ \t]*(\S+)/m', $main, $found);
        if (version_compare($found[1] ?? '0', $sellsWith, '<')) {
            throw new Refusal("the tables are of WooCommerce $sellsWith, which is newer than this image's "
                . ($found[1] ?? 'one') . '. Use an image that is at least as new as the last one; nothing was changed.');
        }
    }

    private function option(string $name): string
    {
        $name = $this->database->quoted($name);
        return (string) $this->database->value("SELECT option_value FROM wp_options WHERE option_name = $name");
    }
}
