/** For the platform, not for people. */
import type { Handler } from "hono"
import type { Env } from "../server/headers.ts"
import type { Shop } from "../server/shop.ts"

/** The process is up. */
export const healthz: Handler<Env> = (c) => c.text("ok")

/** The shop can sell: the backend answers and knows the publishable key. */
export const readyz =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    try {
      await shop.api.get("/store/regions", { fields: "id", limit: 1 })
      return c.text("ok")
    } catch (error) {
      return c.text(`${error instanceof Error ? error.message : error}\n`, 503)
    }
  }
