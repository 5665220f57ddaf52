/** Everything a page may need, put together once at the start. */
import { freshFor } from "../lib/fresh.ts"
import { connectApi, type Api } from "../lib/medusa/api.ts"
import { openCarts, type Carts } from "../lib/medusa/carts.ts"
import { openCatalogue, type Catalogue } from "../lib/medusa/catalogue.ts"
import { openOrders, type Orders } from "../lib/medusa/orders.ts"
import { receiptsSignedWith, type Receipts } from "../lib/receipts.ts"
import type { Settings } from "./settings.ts"

export type Shop = {
  name: string
  settings: Settings
  api: Api
  catalogue: Catalogue
  carts: Carts
  orders: Orders
  receipts: Receipts
  /** Paths of the files that the image brings along. */
  files: ReadonlySet<string>
  /** Ends requests to the backend that are still waiting when the shop stops. */
  closing: AbortSignal
}

/** A price that the owner changes is in the shop after this long, in milliseconds. */
const CATALOGUE_TTL_MS = 5_000
const CATALOGUE_ENTRIES = 200

export function openShop(settings: Settings, files: ReadonlySet<string>, closing: AbortSignal): Shop {
  const { backendUrl: baseUrl, publishableKey } = settings
  const api = connectApi({ baseUrl, publishableKey, closing })
  return {
    name: settings.storeName,
    settings,
    api,
    catalogue: openCatalogue(api, freshFor({ ttlMs: CATALOGUE_TTL_MS, limit: CATALOGUE_ENTRIES })),
    carts: openCarts(api),
    orders: openOrders(api),
    receipts: receiptsSignedWith(publishableKey),
    files,
    closing,
  }
}
