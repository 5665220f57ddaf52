/** One shopper's cart, from the first article to the order. Never remembered between requests. */
import { BackendRefusal, orNull, type Api } from "./api.ts"
import type { Address, Cart, LineItem, ShippingOption } from "./types.ts"

const REGION = "region.id,region.currency_code,*region.countries"
export const LINE_FIELDS = [
  "items.id,items.variant_id,items.product_title,items.product_handle,items.variant_title",
  "items.thumbnail,items.quantity,items.unit_price",
].join()
export const TOTAL_FIELDS = "currency_code,item_subtotal,shipping_subtotal,discount_subtotal,tax_total,total"
export const ADDRESS_FIELDS = "*shipping_address"
const CART_FIELDS = [
  "id,email,completed_at,shipping_total,shipping_tax_total",
  TOTAL_FIELDS,
  REGION,
  LINE_FIELDS,
  ADDRESS_FIELDS,
  "shipping_methods.name,shipping_methods.amount,shipping_methods.shipping_option_id",
].join()
const COUNT_FIELDS = "id,items.quantity"

/** The only payment method without a payment service: whoever delivers takes the money. */
const CASH_ON_DELIVERY = "pp_system_default"

/** Enough to remember a cart by. */
export type CartCount = { id: string; items: Pick<LineItem, "quantity">[] }

export type Purchase = { variant_id: string; quantity: number }

/** Why Medusa would not make an order out of a cart, in its own words. */
export type Outcome = { orderId: string } | { problem: string }

type Completion =
  { type: "order"; order: { id: string } } | { type: "cart"; error: { message: string } | string }

export type Carts = ReturnType<typeof openCarts>

export function openCarts(api: Api) {
  const at = (id: string, rest = "") => `/store/carts/${encodeURIComponent(id)}${rest}`
  const count = { fields: COUNT_FIELDS }

  return {
    get: async (id: string): Promise<Cart | null> => {
      const found = await orNull(api.get<{ cart: Cart }>(at(id), { fields: CART_FIELDS }))
      return found && inOrderAdded(found.cart)
    },

    create: async (regionId: string, first: Purchase): Promise<CartCount> =>
      (await api.post<{ cart: CartCount }>("/store/carts", { region_id: regionId, items: [first] }, count))
        .cart,

    add: async (id: string, purchase: Purchase): Promise<CartCount> =>
      (await api.post<{ cart: CartCount }>(at(id, "/line-items"), purchase, count)).cart,

    changeLine: async (id: string, line: string, quantity: number): Promise<CartCount> =>
      (
        await api.post<{ cart: CartCount }>(
          at(id, `/line-items/${encodeURIComponent(line)}`),
          { quantity },
          count,
        )
      ).cart,

    removeLine: async (id: string, line: string): Promise<void> => {
      await orNull(api.delete(at(id, `/line-items/${encodeURIComponent(line)}`), { fields: "id" }))
    },

    shippingOptions: async (id: string): Promise<ShippingOption[]> => {
      const { shipping_options } = await api.get<{ shipping_options: ShippingOption[] }>(
        "/store/shipping-options",
        { cart_id: id, fields: "id,name,amount,type.description" },
      )
      return shipping_options.toSorted((a, b) => a.amount - b.amount)
    },

    address: async (id: string, email: string, address: Address): Promise<Cart> => {
      const body = { email, shipping_address: address, billing_address: address }
      return inOrderAdded((await api.post<{ cart: Cart }>(at(id), body, { fields: CART_FIELDS })).cart)
    },

    ship: async (id: string, optionId: string): Promise<Cart> => {
      const body = { option_id: optionId }
      const path = at(id, "/shipping-methods")
      return inOrderAdded((await api.post<{ cart: Cart }>(path, body, { fields: CART_FIELDS })).cart)
    },

    payOnDelivery: async (id: string): Promise<void> => {
      const { payment_collection } = await api.post<{ payment_collection: { id: string } }>(
        "/store/payment-collections",
        { cart_id: id },
      )
      const sessions = `/store/payment-collections/${payment_collection.id}/payment-sessions`
      await api.post(sessions, { provider_id: CASH_ON_DELIVERY })
    },

    /** Makes the order; for a cart that was completed before, finds the order that it became. */
    complete: async (id: string): Promise<Outcome> => {
      try {
        const done = await api.post<Completion>(at(id, "/complete"), {})
        if (done.type === "order") return { orderId: done.order.id }
        return { problem: typeof done.error === "string" ? done.error : done.error.message }
      } catch (error) {
        if (error instanceof BackendRefusal) return { problem: error.message }
        throw error
      }
    },
  }
}

/** Medusa lists articles in no particular order; their ids begin with the time. */
export const inOrderAdded = <T extends { items: LineItem[] }>(of: T): T => ({
  ...of,
  items: of.items.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
})

export const itemCount = (items: Pick<LineItem, "quantity">[]): number =>
  items.reduce((sum, item) => sum + item.quantity, 0)
