<?php

declare(strict_types=1);

namespace StoreWeaver;

/** What the environment says about this store, checked. */
final readonly class Settings
{
    private const REQUIRED = [
        'WORDPRESS_DB_HOST', 'WORDPRESS_DB_NAME', 'WORDPRESS_DB_USER', 'WORDPRESS_DB_PASSWORD',
        'ADMIN_USER', 'ADMIN_EMAIL', 'ADMIN_PASSWORD', 'STORE_NAME', 'STORE_URL',
    ];
    private const SALTS = [
        'WORDPRESS_AUTH_KEY', 'WORDPRESS_SECURE_AUTH_KEY', 'WORDPRESS_LOGGED_IN_KEY', 'WORDPRESS_NONCE_KEY',
        'WORDPRESS_AUTH_SALT', 'WORDPRESS_SECURE_AUTH_SALT', 'WORDPRESS_LOGGED_IN_SALT', 'WORDPRESS_NONCE_SALT',
    ];

    public function __construct(
        public string $databaseHost,
        public string $databaseName,
        public string $databaseUser,
        public string $databasePassword,
        public int $databaseWaitSeconds,
        public string $adminUser,
        public string $adminEmail,
        public string $adminPassword,
        public string $storeName,
        public string $storeUrl,
        public string $currency,
        public string $country,
    ) {
    }

    /** @throws Refusal that names every value that is missing or wrong at once. */
    public static function fromEnvironment(): self
    {
        $wrong = [];
        foreach (self::REQUIRED as $name) {
            if (self::value($name) === '') {
                $wrong[] = "$name is empty";
            }
        }
        $lackingSalts = array_filter(self::SALTS, static fn (string $name): bool => self::value($name) === '');
        if ($lackingSalts !== [] && strlen(self::value('WORDPRESS_SALT_SEED')) < 32) {
            $wrong[] = 'WORDPRESS_SALT_SEED is shorter than 32 characters, and not all of WORDPRESS_AUTH_KEY, '
                . 'WORDPRESS_AUTH_SALT and their kind are set';
        }
        $checks = [
            'STORE_URL' => ['~^https?://[a-z0-9.-]+(:\d+)?/?$~i', 'a scheme and a host, such as https://shop.example.com'],
            'STORE_CURRENCY' => ['~^[A-Z]{3}$~i', 'a currency code of three letters, such as EUR'],
            'STORE_COUNTRY' => ['~^[A-Z]{2}(:[A-Z0-9-]{1,6})?$~i', 'a country code, such as DE, or with a state, US:CA'],
            'ADMIN_USER' => ['~^[A-Za-z0-9_.@-]{1,60}$~', '1 to 60 letters, digits and any of _ . @ -'],
            'ADMIN_EMAIL' => ['~^[^@\s]+@[^@\s]+$~', 'a mail address'],
            'WORDPRESS_DB_WAIT' => ['~^\d{1,5}$~', 'a number of seconds'],
        ];
        foreach ($checks as $name => [$pattern, $meaning]) {
            $value = self::value($name);
            if ($value !== '' && preg_match($pattern, $value) !== 1) {
                $wrong[] = "$name '$value' is not $meaning";
            }
        }
        $storeName = trim((string) preg_replace('/[\p{Cc}\s]+/u', ' ', self::value('STORE_NAME')));
        if ($storeName === '' && self::value('STORE_NAME') !== '') {
            $wrong[] = 'STORE_NAME is blank, or not text in UTF-8';
        }
        if ($wrong !== []) {
            throw new Refusal(implode('; ', $wrong) . '. Correct the store\'s Secret or values.');
        }
        return new self(
            databaseHost: self::value('WORDPRESS_DB_HOST'),
            databaseName: self::value('WORDPRESS_DB_NAME'),
            databaseUser: self::value('WORDPRESS_DB_USER'),
            databasePassword: self::value('WORDPRESS_DB_PASSWORD'),
            databaseWaitSeconds: (int) self::value('WORDPRESS_DB_WAIT', '300'),
            adminUser: self::value('ADMIN_USER'),
            adminEmail: self::value('ADMIN_EMAIL'),
            adminPassword: self::value('ADMIN_PASSWORD'),
            storeName: $storeName,
            storeUrl: rtrim(self::value('STORE_URL'), '/'),
            currency: strtoupper(self::value('STORE_CURRENCY', 'USD')),
            country: strtoupper(self::value('STORE_COUNTRY', 'US')),
        );
    }

    private static function value(string $name, string $default = ''): string
    {
        $value = getenv($name);
        return $value === false || $value === '' ? $default : $value;
    }
}
