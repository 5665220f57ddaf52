/** A shirt in two colours and three sizes, of which not everything can be had. */
import type { Option, Product, Variant } from "../lib/medusa/types.ts"

const price = { calculated_amount: 79, original_amount: 79, currency_code: "usd" }

const options: Option[] = [
  { id: "opt_colour", title: "Colour", values: [value("Sand"), value("Indigo")] },
  { id: "opt_size", title: "Size", values: [value("S"), value("M"), value("L")] },
]

function value(name: string) {
  return { id: `optval_${name}`, value: name }
}

export function variant(names: string[], change: Partial<Variant> = {}): Variant {
  return {
    id: `variant_${names.join("_")}`,
    title: names.join(" / "),
    manage_inventory: true,
    allow_backorder: false,
    inventory_quantity: 100,
    // Medusa lists a variant's values in no particular order.
    options: names.map(value).toReversed(),
    calculated_price: price,
    ...change,
  }
}

/** Sand in S is sold out, of Sand in M three are left, and Indigo in L is not made. */
export const shirt: Pick<Product, "options" | "variants"> = {
  options,
  variants: [
    variant(["Sand", "S"], { inventory_quantity: 0 }),
    variant(["Sand", "M"], { inventory_quantity: 3 }),
    variant(["Sand", "L"]),
    variant(["Indigo", "S"]),
    variant(["Indigo", "M"], { calculated_price: { ...price, calculated_amount: 59 } }),
  ],
}
