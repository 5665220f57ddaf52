/** Prices, and the former one beside a reduced one. */
import type { FC } from "hono/jsx"
import type { Variant } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"

export const Price: FC<{ amount: number; before: number | null; view: View }> = ({
  amount,
  before,
  view,
}) => (
  <span class="price">
    {before !== null && before > amount ? (
      <>
        <span class="hidden">Reduced to </span>
        <ins>{view.money(amount)}</ins>
        <span class="hidden"> from </span>
        <del>{view.money(before)}</del>
      </>
    ) : (
      view.money(amount)
    )}
  </span>
)

/** One price where all variants have the same, else the lowest. */
export const PriceRange: FC<{ variants: Variant[]; view: View }> = ({ variants, view }) => {
  const prices = variants.flatMap(({ calculated_price }) => calculated_price ?? [])
  const lowest = prices.toSorted((a, b) => a.calculated_amount - b.calculated_amount)[0]
  if (!lowest) return <span class="price">Not for sale yet</span>
  const isRange = prices.some(({ calculated_amount }) => calculated_amount > lowest.calculated_amount)
  return (
    <span>
      {isRange ? "from " : ""}
      <Price amount={lowest.calculated_amount} before={lowest.original_amount} view={view} />
    </span>
  )
}
