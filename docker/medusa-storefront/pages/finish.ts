/** The way to the order that a cart has become. */
import type { Context } from "hono"
import { BackendRefusal } from "../lib/medusa/api.ts"
import { readOrders, rememberCart, rememberOrders } from "../server/cookies.ts"
import type { Env } from "../server/headers.ts"
import { log } from "../server/log.ts"
import { seeOther } from "../server/redirect.ts"
import type { Shop } from "../server/shop.ts"

/** Leads to the order that a completed cart became, whoever asked for it first. */
export async function finishPlaced(c: Context<Env>, shop: Shop, cartId: string): Promise<Response> {
  const outcome = await shop.carts.complete(cartId)
  if ("orderId" in outcome) return finish(c, shop, cartId, outcome.orderId)
  log("warn", `the order of a completed cart was not found: ${outcome.problem}`, { cart: cartId })
  rememberCart(c, shop, { id: cartId, items: [] })
  return seeOther(c, "/cart")
}

/** A form that was open while its cart became an order and another cart was begun. */
export async function finishOlder(c: Context<Env>, shop: Shop, cartId: string): Promise<Response> {
  const changed = () => seeOther(c, "/cart?notice=changed")
  try {
    const cart = await shop.carts.get(cartId)
    if (!cart?.completed_at) return changed()
    const outcome = await shop.carts.complete(cartId)
    const isOwn = "orderId" in outcome && shop.receipts.has(readOrders(c, shop), outcome.orderId)
    return isOwn ? seeOther(c, `/order/${outcome.orderId}`) : changed()
  } catch (error) {
    if (error instanceof BackendRefusal) return changed()
    throw error
  }
}

export function finish(c: Context<Env>, shop: Shop, cartId: string, orderId: string): Response {
  // The cart is kept in mind, empty: pressing the button once more leads to the same order.
  rememberCart(c, shop, { id: cartId, items: [] })
  rememberOrders(c, shop, shop.receipts.with(readOrders(c, shop), orderId))
  shop.catalogue.forget()
  return seeOther(c, `/order/${orderId}`)
}
