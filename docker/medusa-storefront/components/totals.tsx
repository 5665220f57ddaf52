/** What a cart or an order comes to. */
import type { Child, FC } from "hono/jsx"
import type { Totals } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"

export const Line: FC<{ name: Child; strong?: boolean; children?: Child }> = ({ name, strong, children }) => (
  <div class={strong ? "total total-strong" : "total"}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** Where nothing is taken off, nothing is said. */
export const ArticleTotals: FC<{ amounts: Totals; view: View }> = ({ amounts, view }) => (
  <>
    <Line name="Subtotal">{view.money(amounts.item_subtotal)}</Line>
    {amounts.discount_subtotal > 0 ? (
      <Line name="Discount">−{view.money(amounts.discount_subtotal)}</Line>
    ) : null}
  </>
)

export const Taxes: FC<{ amount: number; view: View }> = ({ amount, view }) =>
  amount > 0 ? <Line name="Taxes">{view.money(amount)}</Line> : null
