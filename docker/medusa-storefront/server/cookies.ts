/** The two cookies: which cart is the shopper's, and which orders the browser has placed. */
import type { Context } from "hono"
import { getCookie, setCookie } from "hono/cookie"
import { itemCount, type CartCount } from "../lib/medusa/carts.ts"
import type { Shop } from "./shop.ts"

/** The count is kept beside the cart's id so that pages can show it without asking the backend. */
export type CartCookie = { id: string; count: number }

const CART = "cart"
const ORDERS = "orders"
const THIRTY_DAYS_S = 30 * 24 * 3600
const CART_VALUE = /^(cart_[0-9A-Za-z]{1,40})\.(\d{1,6})$/

export function readCart(c: Context, shop: Shop): CartCookie | null {
  const [, id, count] = CART_VALUE.exec(read(c, shop, CART) ?? "") ?? []
  return id ? { id, count: Number(count) } : null
}

export const rememberCart = (c: Context, shop: Shop, { id, items }: CartCount): void =>
  write(c, shop, CART, `${id}.${itemCount(items)}`)

/** @param value the receipts of every order that this browser placed */
export const rememberOrders = (c: Context, shop: Shop, value: string): void => write(c, shop, ORDERS, value)

export const readOrders = (c: Context, shop: Shop): string | undefined => read(c, shop, ORDERS)

/** A name with this prefix cannot be set by another host of the same domain, but needs https. */
const prefix = (shop: Shop) => (shop.settings.cookieSecure ? "host" : undefined)

const read = (c: Context, shop: Shop, name: string): string | undefined => getCookie(c, name, prefix(shop))

function write(c: Context, shop: Shop, name: string, value: string): void {
  const { cookieSecure } = shop.settings
  const options = { path: "/", httpOnly: true, sameSite: "Lax", maxAge: THIRTY_DAYS_S } as const
  setCookie(c, name, value, cookieSecure ? { ...options, secure: true, prefix: "host" } : options)
}
