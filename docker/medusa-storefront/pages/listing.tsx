/** Lists of products: all of them, a collection, or what a search has found. */
import type { Context, Handler } from "hono"
import type { FC } from "hono/jsx"
import { SearchIcon } from "../components/icons.tsx"
import { PageLinks, ProductGrid } from "../components/product-grid.tsx"
import type { Page, Product } from "../lib/medusa/types.ts"
import type { Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"
import { notFound } from "./not-found.tsx"

const LONGEST_SEARCH = 80

export const allProducts =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const page = pageOf(c)
    const list = await shop.catalogue.products(page)
    return showListing(c, shop, { title: "All products", list, page })
  }

export const collection =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const collections = await shop.catalogue.collections()
    const found = collections.find(({ handle }) => handle === c.req.param("handle"))
    if (!found) return notFound(c, shop)
    const page = pageOf(c)
    const list = await shop.catalogue.products(page, found)
    return showListing(c, shop, { title: found.title, list, page })
  }

export const search =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const words = (c.req.query("q") ?? "").trim().slice(0, LONGEST_SEARCH)
    const page = pageOf(c)
    const list = words ? await shop.catalogue.search(words, page) : { items: [], count: 0 }
    return showListing(c, shop, { title: words ? `Results for “${words}”` : "Search", list, page, words })
  }

type Listing = { title: string; list: Page<Product>; page: number; words?: string }

async function showListing(c: Context<Env>, shop: Shop, listing: Listing): Promise<Response> {
  const { title, list, page, words } = listing
  const view = viewFor(c, shop, await shop.catalogue.region())
  const isSearch = words !== undefined
  return showPage(c, shop, {
    title,
    words,
    unlisted: isSearch,
    body: (
      <section class="listing">
        <h1 class="page-title">{title}</h1>
        {isSearch ? <SearchForm words={words} /> : null}
        {isSearch && !words ? null : <p class="listing-count">{countOf(list.count)}</p>}
        {list.items.length > 0 ? <ProductGrid products={list.items} view={view} headingLevel={2} /> : null}
        {list.items.length === 0 && (!isSearch || words) ? <Nothing isSearch={isSearch} /> : null}
        <PageLinks page={page} list={list} addressOf={(number) => addressOf(c, number)} />
      </section>
    ),
  })
}

const SearchForm: FC<{ words: string }> = ({ words }) => (
  <form class="search-large" role="search" aria-label="In the shop" action="/search">
    <label class="hidden" for="words">
      Search the shop
    </label>
    <input
      id="words"
      type="search"
      name="q"
      value={words}
      maxlength={LONGEST_SEARCH}
      placeholder="What are you looking for?"
      enterkeyhint="search"
      autofocus={!words}
    />
    <button class="button">
      <SearchIcon /> Search
    </button>
  </form>
)

const Nothing: FC<{ isSearch: boolean }> = ({ isSearch }) => (
  <p class="empty">
    {isSearch
      ? "Nothing matches these words. Try fewer or others, or "
      : "There is nothing here at the moment. "}
    <a href="/products">{isSearch ? "look at everything" : "Look at everything"}</a>.
  </p>
)

function pageOf(c: Context<Env>): number {
  const page = Number(c.req.query("page") ?? 1)
  return Number.isInteger(page) && page >= 1 && page <= 1000 ? page : 1
}

function addressOf(c: Context<Env>, page: number): string {
  const url = new URL(c.req.url)
  url.searchParams.set("page", String(page))
  return url.pathname + url.search
}

const countOf = (count: number): string => (count === 1 ? "1 product" : `${count} products`)
