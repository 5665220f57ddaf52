/** The forms that change a cart. Each ends with a page to look at, so that a reload repeats nothing. */
import type { Context, Handler } from "hono"
import { canBeHad, choose, isComplete, queryOf, type Combination } from "../lib/choices.ts"
import { BackendRefusal } from "../lib/medusa/api.ts"
import type { CartCount, Purchase } from "../lib/medusa/carts.ts"
import type { Cart, Product } from "../lib/medusa/types.ts"
import { readCart, rememberCart } from "../server/cookies.ts"
import { readForm, type Form } from "../server/forms.ts"
import type { Env } from "../server/headers.ts"
import { seeOther } from "../server/redirect.ts"
import type { Shop } from "../server/shop.ts"
import type { CartNotice } from "./cart.tsx"
import { notFound } from "./not-found.tsx"
import { MOST_OF_ONE, type Problem } from "./product.tsx"

export const addLine =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const form = await readForm(c)
    const product = await shop.catalogue.product(form.get("handle") ?? "")
    if (!product) return notFound(c, shop, "This product is no longer sold.")
    const chosen = choose(product, form)
    const quantity = quantityOf(form)
    if (!chosen.variant || !isComplete(product, form) || !canBeHad(chosen.variant))
      return backToProduct(c, product, chosen, "sold-out")
    if (quantity === null) return backToProduct(c, product, chosen, "quantity")
    try {
      rememberCart(c, shop, await addToCart(c, shop, { variant_id: chosen.variant.id, quantity }))
    } catch (error) {
      if (!(error instanceof BackendRefusal)) throw error
      shop.catalogue.forget()
      return backToProduct(c, product, chosen, "stock")
    }
    return backToCart(c, "added")
  }

/** Adds to the shopper's cart; to a new one where it has become an order or is gone. */
async function addToCart(c: Context<Env>, shop: Shop, purchase: Purchase): Promise<CartCount> {
  const known = readCart(c, shop)
  if (known) {
    try {
      return await shop.carts.add(known.id, purchase)
    } catch (error) {
      if (!(error instanceof BackendRefusal) || (await openCart(shop, known.id))) throw error
    }
  }
  return shop.carts.create((await shop.catalogue.region()).id, purchase)
}

export const changeLine =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const line = c.req.param("line") ?? ""
    const quantity = quantityOf(await readForm(c))
    const cart = await ownCart(c, shop)
    if (!cart) return backToCart(c, "expired")
    if (!cart.items.some(({ id }) => id === line)) return backToCart(c, "changed")
    if (quantity === null) return backToCart(c, "quantity")
    try {
      rememberCart(c, shop, await shop.carts.changeLine(cart.id, line, quantity))
    } catch (error) {
      if (!(error instanceof BackendRefusal)) throw error
      return backToCart(c, "stock")
    }
    return backToCart(c)
  }

export const removeLine =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const line = c.req.param("line") ?? ""
    const cart = await ownCart(c, shop)
    if (!cart) return backToCart(c, "expired")
    const rest = cart.items.filter(({ id }) => id !== line)
    if (rest.length < cart.items.length) await shop.carts.removeLine(cart.id, line)
    rememberCart(c, shop, { id: cart.id, items: rest })
    return backToCart(c)
  }

async function ownCart(c: Context<Env>, shop: Shop): Promise<Cart | null> {
  const known = readCart(c, shop)
  return known && openCart(shop, known.id)
}

async function openCart(shop: Shop, id: string): Promise<Cart | null> {
  const cart = await shop.carts.get(id)
  return cart && !cart.completed_at ? cart : null
}

function quantityOf(form: Form): number | null {
  const quantity = Number(form.get("quantity") || "1")
  return Number.isInteger(quantity) && quantity >= 1 && quantity <= MOST_OF_ONE ? quantity : null
}

function backToCart(c: Context<Env>, notice?: CartNotice): Response {
  return seeOther(c, notice ? `/cart?notice=${notice}` : "/cart")
}

function backToProduct(c: Context<Env>, product: Product, chosen: Combination, problem: Problem): Response {
  const query = queryOf(product, chosen)
  query.set("problem", problem)
  return seeOther(c, `/products/${encodeURIComponent(product.handle)}?${query}#buy`)
}
