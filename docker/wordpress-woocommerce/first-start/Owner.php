<?php

declare(strict_types=1);

namespace StoreWeaver;

use RuntimeException;

/** Turns the image's shop into this owner's, with WordPress loaded. */
final readonly class Owner
{
    private const COUNTRY_CONVENTIONS = WP_PLUGIN_DIR . '/woocommerce/i18n/locale-info.php';
    private const PRICE_KEYS = "'_price', '_regular_price', '_sale_price'";

    public function __construct(private Settings $settings)
    {
    }

    public function takesOver(): void
    {
        global $wpdb;
        // In one transaction: the server waits for the disk once.
        $wpdb->query('START TRANSACTION');
        $this->becomesAdministrator();
        $this->namesTheSite();
        $this->startsTheClock();
        if (get_option('woocommerce_version') !== false) {
            $this->setsTheCurrency();
        }
        $wpdb->query('COMMIT');
    }

    private function becomesAdministrator(): void
    {
        $id = wp_insert_user([
            'user_login' => $this->settings->adminUser,
            'user_email' => $this->settings->adminEmail,
            // The sign-in page compares what WordPress has put backslashes into.
            'user_pass' => wp_slash($this->settings->adminPassword),
            'user_nicename' => 'admin',
            'display_name' => $this->settings->adminUser,
            'role' => 'administrator',
        ]);
        if (is_wp_error($id)) {
            throw new Refusal("the administrator could not be made: {$id->get_error_message()}");
        }
        if ($id !== 1) {
            throw new RuntimeException("the first user has id $id: what the shop holds belongs to nobody");
        }
        update_user_meta($id, 'show_welcome_panel', 0);
    }

    private function namesTheSite(): void
    {
        update_option('blogname', $this->settings->storeName);
        update_option('admin_email', $this->settings->adminEmail);
    }

    /** What the image's build dated, and what its schedule holds, counts from now. */
    private function startsTheClock(): void
    {
        global $wpdb;
        // Lists by date then show the products in the order of the catalogue.
        $now = 'UTC_TIMESTAMP() - INTERVAL menu_order SECOND';
        $wpdb->query("UPDATE $wpdb->posts SET post_date = $now, post_date_gmt = $now, post_modified = $now, "
            . "post_modified_gmt = $now WHERE post_status <> 'draft'");
        $later = time() - (int) get_option('storeweaver_built');
        $schedule = [];
        foreach (_get_cron_array() as $time => $events) {
            $schedule[$time + $later] = $events;
        }
        _set_cron_array($schedule);
        delete_option('storeweaver_built');
    }

    private function setsTheCurrency(): void
    {
        [$country] = explode(':', $this->settings->country);
        $conventions = (require self::COUNTRY_CONVENTIONS)[$country] ?? [];
        $decimals = $this->decimals($conventions);
        $options = [
            'woocommerce_currency' => $this->settings->currency,
            'woocommerce_default_country' => $this->settings->country,
            'woocommerce_currency_pos' => $conventions['currency_pos'] ?? 'left',
            'woocommerce_price_thousand_sep' => $conventions['thousand_sep'] ?? ',',
            'woocommerce_price_decimal_sep' => $conventions['decimal_sep'] ?? '.',
            'woocommerce_price_num_decimals' => $decimals,
            'woocommerce_weight_unit' => $conventions['weight_unit'] ?? 'kg',
            'woocommerce_dimension_unit' => $conventions['dimension_unit'] ?? 'cm',
            'woocommerce_email_from_name' => get_option('blogname'),
            'woocommerce_email_from_address' => $this->settings->adminEmail,
            'woocommerce_stock_email_recipient' => $this->settings->adminEmail,
            'woocommerce_pos_store_email' => $this->settings->adminEmail,
            'woocommerce_store_id' => wp_generate_uuid4(),
            'woocommerce_admin_install_timestamp' => time(),
        ];
        foreach ($options as $name => $value) {
            update_option($name, $value);
        }
        if ($decimals === 0) {
            $this->scalesPrices(100);
        }
    }

    /** @param array<string, mixed> $conventions of the store's country */
    private function decimals(array $conventions): int
    {
        if (($conventions['currency_code'] ?? null) === $this->settings->currency) {
            return (int) $conventions['num_decimals'];
        }
        foreach (require self::COUNTRY_CONVENTIONS as $country) {
            if ($country['currency_code'] === $this->settings->currency) {
                return (int) $country['num_decimals'];
            }
        }
        return 2;
    }

    /** A mug for 18 dollars is a mug for 1,800 yen. */
    private function scalesPrices(int $factor): void
    {
        global $wpdb;
        $wpdb->query("UPDATE $wpdb->postmeta SET meta_value = meta_value * $factor "
            . 'WHERE meta_key IN (' . self::PRICE_KEYS . ") AND meta_value <> ''");
        $wpdb->query("UPDATE {$wpdb->prefix}wc_product_meta_lookup SET min_price = min_price * $factor, max_price = max_price * $factor");
        foreach ($wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'woocommerce\\_flat\\_rate\\_%\\_settings'") as $name) {
            $rate = get_option($name);
            update_option($name, [...$rate, 'cost' => (string) ((float) $rate['cost'] * $factor)]);
        }
    }
}
