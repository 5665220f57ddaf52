/**
 * What a buyer saw before pressing the button: the articles, and the total for each way of
 * shipping. It travels with the form, so that no order is made at a price or with articles
 * that were not on the page.
 */
import type { Cart, ShippingOption } from "./medusa/types.ts"

type Seen = Pick<
  Cart,
  | "items"
  | "total"
  | "tax_total"
  | "shipping_total"
  | "shipping_subtotal"
  | "shipping_tax_total"
  | "shipping_methods"
>

type Way = Pick<ShippingOption, "id" | "amount">

/** Shipping without its taxes, all taxes, and what is to be paid. */
export type Amounts = { shipping: number; taxes: number; total: number }

/**
 * What the cart comes to with a way of shipping. For one that the cart does not have, the taxes
 * are those that it pays in proportion for the one that it has; without any, none are known.
 */
export function amountsWith(cart: Seen, way: Way): Amounts {
  const [current] = cart.shipping_methods
  if (current?.shipping_option_id === way.id)
    return { shipping: cart.shipping_subtotal, taxes: cart.tax_total, total: cart.total }
  const payable = way.amount * (current && current.amount > 0 ? cart.shipping_total / current.amount : 1)
  const taxes = cart.shipping_total > 0 ? (payable * cart.shipping_tax_total) / cart.shipping_total : 0
  return {
    shipping: payable - taxes,
    taxes: cart.tax_total - cart.shipping_tax_total + taxes,
    total: cart.total - cart.shipping_total + payable,
  }
}

export function agreementOf(cart: Seen, ways: Way[]): string {
  const totals = ways.map((way) => `${way.id}=${figure(amountsWith(cart, way).total)}`)
  return [articles(cart), ...totals].join(" ")
}

/** Whether the cart, which ships by `shipping`, is still what the agreement says. */
export function isAgreed(agreement: string, cart: Seen, shipping: string): boolean {
  const [seen, ...totals] = agreement.split(" ")
  return seen === articles(cart) && totals.includes(`${shipping}=${figure(cart.total)}`)
}

const articles = ({ items }: Seen): string =>
  items
    .map(({ variant_id, quantity }) => `${variant_id}*${quantity}`)
    .toSorted()
    .join(",")

/** Three decimals, as many as any currency has. */
const figure = (amount: number): string => amount.toFixed(3)
