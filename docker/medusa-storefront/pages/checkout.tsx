/** The checkout, for a cart that has something in it. */
import type { Handler } from "hono"
import { rememberedDetails } from "../lib/checkout.ts"
import type { Cart, ShippingOption } from "../lib/medusa/types.ts"
import { readCart } from "../server/cookies.ts"
import type { Env } from "../server/headers.ts"
import { seeOther } from "../server/redirect.ts"
import type { Shop } from "../server/shop.ts"
import { finishPlaced } from "./finish.ts"
import { showCheckout } from "./show-checkout.tsx"

export const checkoutPage =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const known = readCart(c, shop)
    const cart = known && (await shop.carts.get(known.id))
    if (!cart) return seeOther(c, known ? "/cart?notice=expired" : "/cart")
    if (cart.completed_at) return finishPlaced(c, shop, cart.id)
    if (cart.items.length === 0) return seeOther(c, "/cart")
    const options = await shop.carts.shippingOptions(cart.id)
    const ready = await withTaxedShipping(shop, cart, options)
    const details = rememberedDetails(ready, ready.region.countries)
    return showCheckout(c, shop, { cart: ready, options, details, problems: {} })
  }

/** Where there are taxes, those on shipping are only known once the cart has a way of shipping. */
async function withTaxedShipping(shop: Shop, cart: Cart, [cheapest]: ShippingOption[]): Promise<Cart> {
  const isKnown = cart.tax_total === 0 || cart.shipping_methods.length > 0
  return isKnown || !cheapest ? cart : shop.carts.ship(cart.id, cheapest.id)
}
