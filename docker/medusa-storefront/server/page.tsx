/** Answers with a page in the shop's frame. */
import type { Context } from "hono"
import type { Child } from "hono/jsx"
import { html } from "hono/html"
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { Layout, type Frame } from "../components/layout.tsx"
import type { Region } from "../lib/medusa/types.ts"
import { readCart } from "./cookies.ts"
import type { Env } from "./headers.ts"
import type { Shop } from "./shop.ts"

export type Details = Pick<Frame, "title" | "description" | "styles" | "words" | "unlisted"> & {
  status?: ContentfulStatusCode
  cartCount?: number
  body: Child
}

/** A page with the shop's navigation, for which the backend has to answer. */
export async function showPage(c: Context<Env>, shop: Shop, details: Details): Promise<Response> {
  const [collections, region] = await Promise.all([shop.catalogue.collections(), shop.catalogue.region()])
  return answer(c, shop, details, { collections, delivery: deliveryOf(region) })
}

/** A page that comes up whatever is wrong with the backend. */
export function showPlainPage(c: Context<Env>, shop: Shop, details: Details): Promise<Response> {
  return answer(c, shop, details, { collections: [] })
}

async function answer(
  c: Context<Env>,
  shop: Shop,
  { body, status = 200, cartCount, ...details }: Details,
  surroundings: Pick<Frame, "collections" | "delivery">,
): Promise<Response> {
  const frame: Frame = {
    ...details,
    ...surroundings,
    shopName: shop.name,
    cartCount: cartCount ?? readCart(c, shop)?.count ?? 0,
    path: c.req.path,
  }
  if (frame.styles) c.set("styleNonce", frame.styles.nonce)
  c.header("Cache-Control", frame.unlisted ? "no-store" : "private, no-cache")
  return c.html(html`<!doctype html>${(<Layout frame={frame}>{body}</Layout>)}`, status)
}

function deliveryOf({ countries, currency_code }: Region): string {
  const currency = currency_code.toUpperCase()
  const [first, second] = countries
  if (!first) return `Prices in ${currency}.`
  const where = second ? `${countries.length} countries` : first.display_name
  return `Delivery to ${where}. Prices in ${currency}.`
}
