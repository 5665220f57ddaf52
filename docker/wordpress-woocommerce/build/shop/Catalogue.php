<?php

declare(strict_types=1);

namespace StoreWeaver\Build;

use RuntimeException;

/** The first products, with their pictures in the media library. */
final readonly class Catalogue
{
    private const STOCK = 100;
    private const WEBP_QUALITY = 84;

    /** @param string $pictures folder with one PNG file for each product, named by its slug */
    public function __construct(private string $pictures)
    {
    }

    /** @param list<array<string, mixed>> $entries see products.php */
    public function fill(array $entries): void
    {
        foreach ($entries as $position => $entry) {
            $product = isset($entry['sizes']) ? new \WC_Product_Variable() : new \WC_Product_Simple();
            $product->set_name($entry['name']);
            $product->set_slug($entry['slug']);
            $product->set_short_description($entry['summary']);
            $product->set_description($entry['description']);
            $product->set_menu_order($position);
            $product->set_category_ids([$this->category($entry['category'])]);
            $product->set_image_id($this->picture($entry['slug'], $entry['name'], $entry['picture']));
            if ($product instanceof \WC_Product_Variable) {
                $this->addSizes($product, $entry);
            } else {
                $this->price($product, $entry);
                $product->set_sku(strtoupper($entry['slug']));
                $product->save();
            }
        }
    }

    /** @param array<string, mixed> $entry */
    private function price(\WC_Product $product, array $entry): void
    {
        $product->set_regular_price($entry['price']);
        $product->set_sale_price($entry['sale'] ?? '');
        $product->set_manage_stock(true);
        $product->set_stock_quantity(self::STOCK);
    }

    /** @param array<string, mixed> $entry */
    private function addSizes(\WC_Product_Variable $product, array $entry): void
    {
        $size = new \WC_Product_Attribute();
        $size->set_name('Size');
        $size->set_options($entry['sizes']);
        $size->set_visible(true);
        $size->set_variation(true);
        $product->set_attributes([$size]);
        $product->save();
        foreach ($entry['sizes'] as $position => $name) {
            $variation = new \WC_Product_Variation();
            $variation->set_parent_id($product->get_id());
            $variation->set_attributes(['size' => $name]);
            $variation->set_menu_order($position);
            $variation->set_sku(strtoupper("{$entry['slug']}-$name"));
            $this->price($variation, $entry);
            $variation->save();
        }
        \WC_Product_Variable::sync($product->get_id());
    }

    private function category(string $name): int
    {
        $term = get_term_by('name', $name, 'product_cat') ?: (object) wp_insert_term($name, 'product_cat');
        return (int) $term->term_id;
    }

    private function picture(string $slug, string $title, string $description): int
    {
        $folder = wp_upload_dir();
        $file = "{$folder['path']}/$slug.webp";
        $image = imagecreatefrompng("$this->pictures/$slug.png");
        imagepalettetotruecolor($image);
        if (!imagewebp($image, $file, self::WEBP_QUALITY)) {
            throw new RuntimeException("$file could not be written");
        }
        $id = wp_insert_attachment(
            ['post_title' => $title, 'post_mime_type' => 'image/webp', 'post_status' => 'inherit'],
            $file,
            wp_error: true,
        );
        if (is_wp_error($id)) {
            throw new RuntimeException($id->get_error_message());
        }
        wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $file));
        update_post_meta($id, '_wp_attachment_image_alt', $description);
        return $id;
    }
}
