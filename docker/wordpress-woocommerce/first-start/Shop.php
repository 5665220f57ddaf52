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
        foreach (json_decode(file_get_contents(self::TABLES), true, flags: JSON_THROW_ON_ERROR) as $table => $definition) {
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
        return (int) $this->database->value("SELECT option_value FROM wp_options WHERE option_name = 'db_version'");
    }
}
