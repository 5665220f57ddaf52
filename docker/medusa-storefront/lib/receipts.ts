/**
 * Which orders a browser may look at: the ones it placed. Their numbers are kept in a cookie,
 * each with a signature, so that nobody sees an order by guessing or being told its address.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto"

const MOST = 12
const SIGNATURE_BYTES = 16

export type Receipts = {
  /** The cookie's new value once the order is placed. */
  with(cookie: string | undefined, orderId: string): string
  has(cookie: string | undefined, orderId: string): boolean
  latest(cookie: string | undefined): string | null
}

/**
 * @param publishableKey what signatures are derived from. Whoever holds it can read orders from
 *   the backend directly, so a secret of its own would protect nothing more.
 */
export function receiptsSignedWith(publishableKey: string): Receipts {
  const key = Buffer.from(hkdfSync("sha256", publishableKey, "", "storefront receipts", 32))
  const sign = (orderId: string) =>
    createHmac("sha256", key).update(orderId).digest().subarray(0, SIGNATURE_BYTES)

  const isGenuine = (orderId: string, signature: string): boolean => {
    const given = Buffer.from(signature, "base64url")
    return given.length === SIGNATURE_BYTES && timingSafeEqual(given, sign(orderId))
  }
  const read = (cookie: string | undefined): string[] =>
    (cookie ?? "").split("~").flatMap((receipt) => {
      const [orderId, signature] = receipt.split(".")
      return orderId && signature && isGenuine(orderId, signature) ? [orderId] : []
    })
  const write = (orderIds: string[]): string =>
    orderIds.map((orderId) => `${orderId}.${sign(orderId).toString("base64url")}`).join("~")

  return {
    with: (cookie, orderId) =>
      write([orderId, ...read(cookie).filter((known) => known !== orderId)].slice(0, MOST)),
    has: (cookie, orderId) => read(cookie).includes(orderId),
    latest: (cookie) => read(cookie)[0] ?? null,
  }
}
