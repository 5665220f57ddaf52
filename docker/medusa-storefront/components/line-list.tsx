/** The articles of a cart or an order that are only to be read. */
import type { FC } from "hono/jsx"
import type { LineItem } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"

export const LineList: FC<{ items: LineItem[]; view: View }> = ({ items, view }) => (
  <ul class="line-list">
    {items.map((item) => (
      <li>
        <span class="picture">
          <img src={view.pictureOfLine(item)} alt="" width="800" height="1000" />
        </span>
        <span class="line-words">
          <span class="line-title">{item.product_title}</span>
          <span class="line-variant">{variantName(item)}</span>
          <span class="line-variant">
            {item.quantity} × {view.money(item.unit_price)}
          </span>
        </span>
        <span class="line-total">{view.money(item.quantity * item.unit_price)}</span>
      </li>
    ))}
  </ul>
)

/** Medusa calls the variant of a product without options "Default variant". */
export const variantName = ({ variant_title }: LineItem): string =>
  variant_title && !/^default/i.test(variant_title) ? variant_title : ""
