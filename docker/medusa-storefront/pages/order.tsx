/** A placed order, for the browser that placed it. */
import type { Handler } from "hono"
import type { FC } from "hono/jsx"
import { CashIcon, ParcelIcon } from "../components/icons.tsx"
import { LineList } from "../components/line-list.tsx"
import { ArticleTotals, Line, Taxes } from "../components/totals.tsx"
import type { View } from "../components/view.ts"
import { addressLines } from "../lib/address.ts"
import type { Order, Region } from "../lib/medusa/types.ts"
import { readOrders } from "../server/cookies.ts"
import type { Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"
import { notFound } from "./not-found.tsx"

export const orderPage =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const id = c.req.param("id") ?? ""
    const isOwn = shop.receipts.has(readOrders(c, shop), id)
    const order = isOwn ? await shop.orders.get(id) : null
    if (!order) return notFound(c, shop, "An order can be seen in the browser that it was placed with.")
    const region = await shop.catalogue.region()
    const view = viewFor(c, shop, region, order.currency_code)
    return showPage(c, shop, {
      title: `Order ${order.display_id}`,
      unlisted: true,
      body: <Confirmation {...{ order, region, view }} />,
    })
  }

type Props = { order: Order; region: Region; view: View }

const Confirmation: FC<Props> = ({ order, region, view }) => (
  <section class="order">
    <p class="eyebrow">Order {order.display_id}</p>
    <h1 class="page-title">
      Thank you{order.shipping_address?.first_name ? `, ${order.shipping_address.first_name}` : ""}.
    </h1>
    <p class="order-lead">
      Your order is placed. Keep its number, <strong>{order.display_id}</strong>, for any question about it.
    </p>
    <div class="with-summary">
      <div class="order-facts">
        <ol class="next-steps" aria-label="What happens next">
          <li>
            <ParcelIcon />
            <span>
              <strong>We pack your parcel</strong>
              {order.shipping_methods.map(({ name }) => `Shipping: ${name}.`).join(" ")}
            </span>
          </li>
          <li>
            <CashIcon />
            <span>
              <strong>You pay on delivery</strong>
              Have {view.money(order.total)} in cash ready when it arrives.
            </span>
          </li>
        </ol>
        <div class="card-like">
          <h2>Delivered to</h2>
          <address>
            {order.shipping_address
              ? addressLines(order.shipping_address, region.countries).map((line) => <span>{line}</span>)
              : null}
          </address>
        </div>
        <div class="card-like">
          <h2>Contact</h2>
          <p>{order.email}</p>
          {order.shipping_address?.phone ? <p>{order.shipping_address.phone}</p> : null}
        </div>
        <a class="button-quiet" href="/products">
          Continue shopping
        </a>
      </div>
      <aside class="summary" aria-labelledby="summary">
        <h2 id="summary">Your order</h2>
        <LineList items={order.items} view={view} />
        <dl>
          <ArticleTotals amounts={order} view={view} />
          <Line name={["Shipping", ...order.shipping_methods.map(({ name }) => name)].join(", ")}>
            {view.money(order.shipping_subtotal)}
          </Line>
          <Taxes amount={order.tax_total} view={view} />
          <Line name="Total" strong>
            {view.money(order.total)}
          </Line>
          <Line name="Payment">Cash on delivery</Line>
          <Line name="Placed on">
            <time datetime={order.created_at}>{dateOf(order)}</time>
          </Line>
        </dl>
      </aside>
    </div>
  </section>
)

const dateOf = ({ created_at }: Order): string =>
  new Intl.DateTimeFormat("en", { dateStyle: "long" }).format(new Date(created_at))
