/** The checkout's form, with what a buyer typed before and what is wrong with it. */
import type { Context } from "hono"
import { CheckoutForm, wayStyles, type Checkout } from "../components/checkout-form.tsx"
import { isEmpty, type Details } from "../lib/checkout.ts"
import { itemCount } from "../lib/medusa/carts.ts"
import { newNonce, type Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"

type Finding = Omit<Checkout, "view"> & { status?: 409 | 422 }

export function showCheckout(c: Context<Env>, shop: Shop, finding: Finding): Promise<Response> {
  const { cart, options, problems, obstacle, status = 200 } = finding
  const details = withShipping(finding)
  const view = viewFor(c, shop, cart.region, cart.currency_code)
  return showPage(c, shop, {
    status,
    title: isEmpty(problems) && !obstacle ? "Checkout" : "Checkout: please check",
    unlisted: true,
    cartCount: itemCount(cart.items),
    styles: { nonce: newNonce(), sheet: wayStyles(options) },
    body: (
      <section>
        <h1 class="page-title">Checkout</h1>
        <CheckoutForm {...{ cart, options, details, problems, obstacle, view }} />
      </section>
    ),
  })
}

/** The cheapest way of shipping is proposed to whoever has not chosen one that there is. */
function withShipping({ details, options }: { details: Details; options: Checkout["options"] }): Details {
  const isKnown = options.some(({ id }) => id === details.shipping)
  return isKnown ? details : { ...details, shipping: options[0]?.id ?? "" }
}
