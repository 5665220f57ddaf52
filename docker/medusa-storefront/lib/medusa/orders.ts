/** Orders that were placed. */
import { orNull, type Api } from "./api.ts"
import { ADDRESS_FIELDS, inOrderAdded, LINE_FIELDS, TOTAL_FIELDS } from "./carts.ts"
import type { Order } from "./types.ts"

const ORDER_FIELDS = [
  "id,display_id,email,created_at",
  TOTAL_FIELDS,
  LINE_FIELDS,
  ADDRESS_FIELDS,
  "shipping_methods.name,shipping_methods.amount",
].join()

export type Orders = ReturnType<typeof openOrders>

export function openOrders(api: Api) {
  return {
    get: async (id: string): Promise<Order | null> => {
      const path = `/store/orders/${encodeURIComponent(id)}`
      const found = await orNull(api.get<{ order: Order }>(path, { fields: ORDER_FIELDS }))
      return found && inOrderAdded(found.order)
    },
  }
}
