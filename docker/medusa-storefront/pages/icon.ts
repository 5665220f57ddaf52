/** The picture in the browser's tab. */
import type { Handler } from "hono"
import type { Env } from "../server/headers.ts"
import type { Shop } from "../server/shop.ts"

/** The first letter of the shop's name, for the browser's tab. */
export const icon =
  (shop: Shop): Handler<Env> =>
  (c) => {
    const [letter = "S"] = [...shop.name.toUpperCase()].filter((sign) => /[\p{L}\p{N}]/u.test(sign))
    c.header("Content-Type", "image/svg+xml")
    c.header("Cache-Control", "public, max-age=3600")
    return c.body(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#2c4636"/>` +
        `<text x="32" y="45" font-family="Georgia,serif" font-size="38" fill="#f6f1e7" text-anchor="middle">${letter}</text></svg>`,
    )
  }
