<?php

declare(strict_types=1);

namespace StoreWeaver\Build;

use RuntimeException;

/** Header, footer and front page on the theme, as an owner would make them in the site editor. */
final readonly class Design
{
    private const THEME = 'twentytwentyfive';

    /** @param string $blocks folder with block markup */
    public function __construct(private string $blocks)
    {
    }

    public function makeShop(): void
    {
        // WooCommerce adds a link to the account to the header by itself.
        $menu = $this->menu(['Shop' => wc_get_page_id('shop')]);
        $this->part('header', 'Header', ['MENU' => (string) $menu]);
        $this->part('footer', 'Footer');
        $this->frontPage('Home', 'home');
    }

    public function makeWelcome(): void
    {
        $this->part('footer', 'Footer');
        $this->frontPage('Welcome', 'welcome');
    }

    private function frontPage(string $title, string $blocks): void
    {
        $page = $this->insert([
            'post_type' => 'page',
            'post_title' => $title,
            'post_content' => $this->markup($blocks),
            'page_template' => 'page-no-title',
        ]);
        update_option('show_on_front', 'page');
        update_option('page_on_front', $page);
    }

    /** @param array<string, int> $pages by label */
    private function menu(array $pages): int
    {
        $links = '';
        foreach ($pages as $label => $page) {
            $link = wp_json_encode([
                'label' => $label,
                'type' => 'page',
                'id' => $page,
                'url' => wp_make_link_relative(get_permalink($page)),
                'kind' => 'post-type',
            ], JSON_UNESCAPED_SLASHES);
            $links .= "<!-- wp:navigation-link $link /-->\n";
        }
        return $this->insert(['post_type' => 'wp_navigation', 'post_title' => 'Menu', 'post_content' => $links]);
    }

    /** @param array<string, string> $values for names in capitals in the markup */
    private function part(string $slug, string $title, array $values = []): void
    {
        $part = $this->insert([
            'post_type' => 'wp_template_part',
            'post_name' => $slug,
            'post_title' => $title,
            'post_content' => strtr($this->markup($slug), $values),
        ]);
        wp_set_object_terms($part, self::THEME, 'wp_theme');
        wp_set_object_terms($part, $slug, 'wp_template_part_area');
    }

    private function markup(string $name): string
    {
        return file_get_contents("$this->blocks/$name.html");
    }

    /** @param array<string, string> $post */
    private function insert(array $post): int
    {
        $id = wp_insert_post(wp_slash(['post_status' => 'publish', ...$post]), true);
        if (is_wp_error($id)) {
            throw new RuntimeException($id->get_error_message());
        }
        return $id;
    }
}
