/** The cart: what is in it, how many of each, and what it comes to. */
import type { Context, Handler } from "hono"
import type { FC } from "hono/jsx"
import { variantName } from "../components/line-list.tsx"
import { Notice } from "../components/notice.tsx"
import { ArticleTotals, Line, Taxes } from "../components/totals.tsx"
import type { View } from "../components/view.ts"
import { itemCount } from "../lib/medusa/carts.ts"
import type { Cart, LineItem, ShippingOption } from "../lib/medusa/types.ts"
import { readCart, readOrders, rememberCart } from "../server/cookies.ts"
import type { Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"
import { MOST_OF_ONE } from "./product.tsx"

/** What the page says first when the address asks for it. */
const NOTICES = {
  added: { kind: "done", text: "It is in your cart." },
  expired: { kind: "problem", text: "Your cart had expired. Please choose your articles again." },
  changed: { kind: "problem", text: "Your cart has changed since. Please look through it." },
  refused: {
    kind: "problem",
    text: "The order could not be placed. Please look through your cart and try again.",
  },
  stock: { kind: "problem", text: "We do not have that many. The quantity was left as it was." },
  quantity: { kind: "problem", text: `Enter a quantity from 1 to ${MOST_OF_ONE}.` },
} as const

export type CartNotice = keyof typeof NOTICES

export const cartPage =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const cookie = readCart(c, shop)
    const found = cookie && cookie.count > 0 ? await shop.carts.get(cookie.id) : null
    const cart = found && !found.completed_at && found.items.length > 0 ? found : null
    if (cookie && !cart) rememberCart(c, shop, { id: cookie.id, items: [] })
    const notice = NOTICES[c.req.query("notice") as CartNotice]
    return showPage(c, shop, {
      title: "Cart",
      unlisted: true,
      cartCount: cart ? itemCount(cart.items) : 0,
      body: (
        <section class="cart">
          <h1 class="page-title">Your cart</h1>
          {notice ? <Notice kind={notice.kind}>{notice.text}</Notice> : null}
          {cart ? await contents(c, shop, cart) : <Empty order={shop.receipts.latest(readOrders(c, shop))} />}
        </section>
      ),
    })
  }

async function contents(c: Context<Env>, shop: Shop, cart: Cart) {
  const view = viewFor(c, shop, cart.region)
  const options = await shop.carts.shippingOptions(cart.id)
  return (
    <div class="with-summary">
      <ul class="cart-lines">
        {cart.items.map((item) => (
          <CartLine item={item} view={view} />
        ))}
      </ul>
      <Summary {...{ cart, options, view }} />
    </div>
  )
}

const CartLine: FC<{ item: LineItem; view: View }> = ({ item, view }) => {
  const action = `/cart/lines/${item.id}`
  const name = [item.product_title, variantName(item)].filter(Boolean).join(", ")
  return (
    <li class="cart-line">
      <a class="picture" href={`/products/${item.product_handle}`} tabindex={-1} aria-hidden="true">
        <img src={view.pictureOfLine(item)} alt="" width="800" height="1000" />
      </a>
      <div class="line-words">
        <a class="line-title" href={`/products/${item.product_handle}`}>
          {item.product_title}
        </a>
        <span class="line-variant">{variantName(item)}</span>
        <span class="line-variant">{view.money(item.unit_price)}</span>
      </div>
      <p class="line-total">{view.money(item.quantity * item.unit_price)}</p>
      <div class="line-actions">
        <Quantity {...{ item, action, name }} />
        <form method="post" action={`${action}/remove`}>
          <button class="link" aria-label={`Remove ${name}`}>
            Remove
          </button>
        </form>
      </div>
    </li>
  )
}

/** Three forms, so that each button and the Enter key mean one thing. */
const Quantity: FC<{ item: LineItem; action: string; name: string }> = ({ item, action, name }) => (
  <div class="stepper" role="group" aria-label={`Quantity of ${name}`}>
    <form method="post" action={action}>
      <button name="quantity" value={item.quantity - 1} aria-label="One less" disabled={item.quantity <= 1}>
        −
      </button>
    </form>
    <form class="stepper-number" method="post" action={action}>
      <input
        name="quantity"
        type="number"
        inputmode="numeric"
        min="1"
        max={MOST_OF_ONE}
        value={item.quantity}
        aria-label="Quantity"
        required
      />
      <button>Update</button>
    </form>
    <form method="post" action={action}>
      <button
        name="quantity"
        value={item.quantity + 1}
        aria-label="One more"
        disabled={item.quantity >= MOST_OF_ONE}
      >
        +
      </button>
    </form>
  </div>
)

const Summary: FC<{ cart: Cart; options: ShippingOption[]; view: View }> = ({ cart, options, view }) => {
  const [cheapest, ...others] = options
  return (
    <aside class="summary" aria-labelledby="summary">
      <h2 id="summary">Summary</h2>
      <dl>
        <ArticleTotals amounts={cart} view={view} />
        <Taxes amount={cart.tax_total} view={view} />
        <Line name="Shipping">
          {cheapest ? `${others.length > 0 ? "from " : ""}${view.money(cheapest.amount)}` : "at the checkout"}
        </Line>
      </dl>
      <p class="small">You choose how it is shipped at the checkout, and pay when it arrives.</p>
      <a class="button" href="/checkout">
        Checkout
      </a>
      <a class="link" href="/products">
        Continue shopping
      </a>
    </aside>
  )
}

const Empty: FC<{ order: string | null }> = ({ order }) => (
  <div class="empty">
    <p>There is nothing in it yet.</p>
    <p class="message-actions">
      <a class="button" href="/products">
        See all products
      </a>
      {order ? (
        <a class="button-quiet" href={`/order/${order}`}>
          Your last order
        </a>
      ) : null}
    </p>
  </div>
)
