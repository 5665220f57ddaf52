/** What every answer tells the browser, and which posts are taken at all. */
import { randomBytes } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import { createMiddleware } from "hono/factory"
import { isOwnForm } from "../lib/origin.ts"

/** `styleNonce` is set by a page that brings a style sheet within itself. */
export type Env = { Variables: { styleNonce?: string } }

export const newNonce = (): string => randomBytes(16).toString("base64")

/** No script at all, and nothing from another host: the pages need neither. */
function contentPolicy(styleNonce: string | undefined): string {
  const styles = styleNonce ? `'self' 'nonce-${styleNonce}'` : "'self'"
  return [
    "default-src 'self'",
    "script-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `style-src ${styles}`,
  ].join("; ")
}

export const securityHeaders: MiddlewareHandler<Env> = createMiddleware<Env>(async (c, next) => {
  await next()
  c.header("Content-Security-Policy", contentPolicy(c.get("styleNonce")))
  c.header("X-Content-Type-Options", "nosniff")
  c.header("Referrer-Policy", "strict-origin-when-cross-origin")
  c.header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
  c.header("Cross-Origin-Resource-Policy", "same-origin")
})

const SAFE = new Set(["GET", "HEAD"])

/** @param refuse answers a form that another site has posted */
export const ownFormsOnly = (refuse: MiddlewareHandler<Env>): MiddlewareHandler<Env> =>
  createMiddleware<Env>(async (c, next) => {
    if (SAFE.has(c.req.method) || isOwnForm((name) => c.req.header(name))) return next()
    return refuse(c, next)
  })
