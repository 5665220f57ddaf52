/** Makes an order out of the cart: once, however often and from wherever the button is pressed. */
import type { Context, Handler } from "hono"
import { isAgreed } from "../lib/agreement.ts"
import { addressOf, isEmpty, problemsOf, readDetails, shippingProblems } from "../lib/checkout.ts"
import { BackendRefusal } from "../lib/medusa/api.ts"
import type { Cart } from "../lib/medusa/types.ts"
import { shortagesOf } from "../lib/shortages.ts"
import { readCart } from "../server/cookies.ts"
import { readForm, type Form } from "../server/forms.ts"
import type { Env } from "../server/headers.ts"
import { log } from "../server/log.ts"
import { seeOther } from "../server/redirect.ts"
import type { Shop } from "../server/shop.ts"
import { inTurns } from "../server/turns.ts"
import { finish, finishOlder, finishPlaced } from "./finish.ts"
import { showCheckout } from "./show-checkout.tsx"

export function placeOrder(shop: Shop): Handler<Env> {
  const inTurn = inTurns()
  return async (c) => {
    const form = await readForm(c)
    const own = readCart(c, shop)
    if (!own) return seeOther(c, "/cart?notice=expired")
    const posted = form.get("cart") ?? own.id
    if (posted !== own.id) return finishOlder(c, shop, posted)
    return inTurn(own.id, () =>
      place(c, shop, own.id, form).catch((error: unknown) => explainRefusal(c, shop, own.id, error)),
    )
  }
}

async function place(c: Context<Env>, shop: Shop, cartId: string, form: Form): Promise<Response> {
  const cart = await shop.carts.get(cartId)
  if (!cart) return seeOther(c, "/cart?notice=expired")
  if (cart.completed_at) return finishPlaced(c, shop, cartId)
  if (cart.items.length === 0) return seeOther(c, "/cart")

  const details = readDetails(form)
  const problems = problemsOf(details, cart.region.countries)
  if (!isEmpty(problems)) {
    const options = await shop.carts.shippingOptions(cartId)
    return showCheckout(c, shop, { cart, options, details, problems, status: 422 })
  }

  // How it can be shipped, and for how much, depends on where to.
  const addressed = await shop.carts.address(cartId, details.email, addressOf(details))
  const options = await shop.carts.shippingOptions(cartId)
  const unshippable = shippingProblems(details, options)
  if (!isEmpty(unshippable))
    return showCheckout(c, shop, { cart: addressed, options, details, problems: unshippable, status: 422 })

  const ready = await shop.carts.ship(cartId, details.shipping)
  const stop = (obstacle: string) =>
    showCheckout(c, shop, { cart: ready, options, details, problems: {}, obstacle, status: 409 })
  if (!isAgreed(form.get("agreement") ?? "", ready, details.shipping))
    return stop("The articles or the total have changed. Please look through your order and place it again.")

  await shop.carts.payOnDelivery(cartId)
  const outcome = await shop.carts.complete(cartId)
  if ("orderId" in outcome) return finish(c, shop, cartId, outcome.orderId)
  log("warn", `a cart did not become an order: ${outcome.problem}`, { cart: cartId })
  const shortages = await currentShortages(shop, ready)
  return stop(
    ["The order could not be placed.", ...shortages, "Please change your cart and try again."].join(" "),
  )
}

async function currentShortages(shop: Shop, { items }: Cart): Promise<string[]> {
  shop.catalogue.forget()
  const handles = new Set(items.flatMap(({ product_handle }) => product_handle ?? []))
  return shortagesOf(items, await Promise.all([...handles].map(shop.catalogue.product)))
}

/** A cart that cannot be changed any more has become an order meanwhile, by way of another process. */
async function explainRefusal(
  c: Context<Env>,
  shop: Shop,
  cartId: string,
  error: unknown,
): Promise<Response> {
  if (!(error instanceof BackendRefusal)) throw error
  const cart = await shop.carts.get(cartId)
  if (cart?.completed_at) return finishPlaced(c, shop, cartId)
  log("warn", `an order was refused: ${error.message}`, { cart: cartId })
  return seeOther(c, "/cart?notice=refused")
}
