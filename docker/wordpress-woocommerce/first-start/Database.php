<?php

declare(strict_types=1);

namespace StoreWeaver;

use mysqli;
use mysqli_sql_exception;

/** The store's database, over one connection. */
final class Database
{
    private const ACCESS_DENIED = [1044, 1045, 1698];
    private const RETRY_MICROSECONDS = 100_000;
    private const LOCK_SECONDS = 300;
    private const CONNECTIONS = 4;

    private function __construct(private readonly mysqli $connection, private readonly Settings $settings)
    {
    }

    /**
     * Returns as soon as the database answers.
     *
     * @throws Refusal when it has not after the settings' time.
     */
    public static function whenItAnswers(Settings $settings): self
    {
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        $deadline = microtime(true) + $settings->databaseWaitSeconds;
        $said = '';
        while (true) {
            try {
                return new self(self::connect($settings), $settings);
            } catch (mysqli_sql_exception $problem) {
                $reason = self::reason($problem, $settings);
                if (microtime(true) > $deadline) {
                    throw new Refusal("no database after {$settings->databaseWaitSeconds} s: $reason");
                }
                if ($reason !== $said) {
                    Log::say("waiting for the database: $reason");
                    $said = $reason;
                }
                usleep(self::RETRY_MICROSECONDS);
            }
        }
    }

    /**
     * Waits until no other container sets this store up. The lock ends with this process, however it ends.
     *
     * @throws Refusal when another one has held it for too long.
     */
    public function lock(): void
    {
        $held = $this->value('SELECT GET_LOCK(' . $this->quoted($this->lockName()) . ', ' . self::LOCK_SECONDS . ')');
        if ($held !== '1') {
            throw new Refusal('another container has been setting this store up for ' . self::LOCK_SECONDS
                . ' s. Look at its log; this one tries again when it is restarted.');
        }
    }

    public function unlock(): void
    {
        $this->value('SELECT RELEASE_LOCK(' . $this->quoted($this->lockName()) . ')');
    }

    public function hasTable(string $table): bool
    {
        return $this->tables($table) !== [];
    }

    /** @return list<string> the tables of this database whose name matches a LIKE pattern */
    public function tables(string $pattern): array
    {
        $found = $this->connection->query('SHOW TABLES LIKE ' . $this->quoted($pattern));
        return array_column($found->fetch_all(), 0);
    }

    public function value(string $query): ?string
    {
        $row = $this->connection->query($query)->fetch_row();
        return $row === null || $row === false ? null : (string) $row[0];
    }

    /** Executes statements that return nothing, in one round trip. */
    public function execute(string $statements): void
    {
        $this->connection->multi_query($statements);
        while ($this->connection->more_results()) {
            $this->connection->next_result();
        }
    }

    /**
     * Executes groups of statements over several connections: the server waits for the disk at
     * each table that it makes, and those waits overlap.
     *
     * @param list<list<string>> $groups the statements of a group are executed in their order
     */
    public function executeAtOnce(array $groups): void
    {
        $connections = [];
        while (count($connections) < self::CONNECTIONS) {
            $connections[] = self::connect($this->settings);
        }
        $queues = array_fill(0, self::CONNECTIONS, []);
        foreach ($groups as $number => $statements) {
            array_push($queues[$number % self::CONNECTIONS], ...$statements);
        }
        $busy = [];
        do {
            foreach ($connections as $number => $connection) {
                if (!isset($busy[$number]) && $queues[$number] !== []) {
                    $connection->query(array_shift($queues[$number]), MYSQLI_ASYNC);
                    $busy[$number] = $connection;
                }
            }
            $answered = $failed = $rejected = $busy;
            mysqli_poll($answered, $failed, $rejected, 1);
            foreach ($answered as $connection) {
                $connection->reap_async_query();
                unset($busy[array_search($connection, $connections, true)]);
            }
        } while ($busy !== [] || array_filter($queues) !== []);
    }

    public function quoted(string $text): string
    {
        return "'" . $this->escaped($text) . "'";
    }

    public function escaped(string $text): string
    {
        return $this->connection->real_escape_string($text);
    }

    private static function connect(Settings $settings): mysqli
    {
        [$host, $port] = array_pad(explode(':', $settings->databaseHost, 2), 2, '3306');
        $connection = mysqli_init();
        $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, 5);
        $connection->options(MYSQLI_INIT_COMMAND, "SET SESSION sql_mode = ''");
        $connection->real_connect(
            $host,
            $settings->databaseUser,
            $settings->databasePassword,
            $settings->databaseName,
            (int) $port,
            is_numeric($port) ? null : $port,
        );
        $connection->set_charset('utf8mb4');
        return $connection;
    }

    private function lockName(): string
    {
        return 'storeweaver.' . substr(hash('sha256', $this->settings->databaseName), 0, 40);
    }

    private static function reason(mysqli_sql_exception $problem, Settings $settings): string
    {
        return in_array($problem->getCode(), self::ACCESS_DENIED, true)
            ? "{$settings->databaseHost} refuses user '{$settings->databaseUser}' for database "
                . "'{$settings->databaseName}'. The password of the Secret is not that of the database."
            : "{$settings->databaseHost}: {$problem->getMessage()}";
    }
}
