/** The frame of every page: head, header with navigation, and footer. */
import type { Child, FC } from "hono/jsx"
import type { Collection } from "../lib/medusa/types.ts"
import { BagIcon, SearchIcon } from "./icons.tsx"

export type Frame = {
  shopName: string
  /** Without the shop's name. */
  title: string
  description?: string | undefined
  collections: Collection[]
  cartCount: number
  path: string
  /** A line about where the shop delivers and in what currency it counts. */
  delivery?: string | undefined
  styles?: { nonce: string; sheet: string } | undefined
  /** What the search field shows. */
  words?: string | undefined
  /** For pages that are one person's, and for errors. */
  unlisted?: boolean | undefined
}

export const Layout: FC<{ frame: Frame; children?: Child }> = ({ frame, children }) => (
  <html lang="en">
    <Head frame={frame} />
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header frame={frame} />
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <Footer frame={frame} />
    </body>
  </html>
)

const Head: FC<{ frame: Frame }> = ({ frame: { shopName, title, description, styles, unlisted } }) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>{title ? `${title} – ${shopName}` : shopName}</title>
    {description ? <meta name="description" content={description} /> : null}
    {unlisted ? <meta name="robots" content="noindex" /> : null}
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    {FONTS.map((font) => (
      <link rel="preload" href={font} as="font" type="font/woff2" crossorigin="anonymous" />
    ))}
    <link rel="stylesheet" href={STYLESHEET} />
    {styles?.sheet ? <style nonce={styles.nonce} dangerouslySetInnerHTML={{ __html: styles.sheet }} /> : null}
  </head>
)

const Header: FC<{ frame: Frame }> = ({ frame: { shopName, collections, cartCount, path, words } }) => (
  <header class="header">
    <a class="wordmark" href="/" aria-current={path === "/" ? "page" : undefined}>
      {shopName}
    </a>
    <nav class="menu" aria-label="Collections">
      <ul>
        <MenuItem href="/products" path={path}>
          Shop all
        </MenuItem>
        {collections.map(({ handle, title }) => (
          <MenuItem href={`/collections/${handle}`} path={path}>
            {title}
          </MenuItem>
        ))}
      </ul>
    </nav>
    <form class="search" role="search" aria-label="From any page" action="/search">
      <label class="hidden" for="header-search">
        Search the shop
      </label>
      <input
        id="header-search"
        type="search"
        name="q"
        placeholder="Search"
        value={words}
        maxlength={80}
        enterkeyhint="search"
      />
      <button aria-label="Search">
        <SearchIcon />
      </button>
    </form>
    <a class="search-link" href="/search" aria-label="Search">
      <SearchIcon />
    </a>
    <a class="bag" href="/cart" aria-current={path === "/cart" ? "page" : undefined}>
      <BagIcon />
      <span class="bag-word">Cart</span>
      {cartCount > 0 ? (
        <span class="bag-count">
          {cartCount}
          <span class="hidden"> {cartCount === 1 ? "article" : "articles"}</span>
        </span>
      ) : null}
    </a>
  </header>
)

const MenuItem: FC<{ href: string; path: string; children?: Child }> = ({ href, path, children }) => (
  <li>
    <a href={href} aria-current={path === href ? "page" : undefined}>
      {children}
    </a>
  </li>
)

const Footer: FC<{ frame: Frame }> = ({ frame: { shopName, collections, delivery } }) => (
  <footer class="footer">
    <div class="footer-name">
      <p class="wordmark">{shopName}</p>
      {delivery ? <p>{delivery}</p> : null}
    </div>
    <nav aria-label="Footer">
      <ul>
        <li>
          <a href="/products">Shop all</a>
        </li>
        {collections.map(({ handle, title }) => (
          <li>
            <a href={`/collections/${handle}`}>{title}</a>
          </li>
        ))}
        <li>
          <a href="/search">Search</a>
        </li>
        <li>
          <a href="/cart">Cart</a>
        </li>
      </ul>
    </nav>
  </footer>
)
