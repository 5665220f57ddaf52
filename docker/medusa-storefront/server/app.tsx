/** Which address leads to which page. */
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { HTTPException } from "hono/http-exception"
import { BackendAway } from "../lib/medusa/api.ts"
import { addLine, changeLine, removeLine } from "../pages/cart-actions.ts"
import { cartPage } from "../pages/cart.tsx"
import { checkoutPage } from "../pages/checkout.tsx"
import { healthz, readyz } from "../pages/health.ts"
import { home } from "../pages/home.tsx"
import { icon } from "../pages/icon.ts"
import { allProducts, collection, search } from "../pages/listing.tsx"
import { notFound } from "../pages/not-found.tsx"
import { orderPage } from "../pages/order.tsx"
import { placeOrder } from "../pages/place-order.ts"
import { away, broken, foreignForm, unreadable } from "../pages/problem.tsx"
import { product } from "../pages/product.tsx"
import { serveAssets, type Assets } from "./assets.ts"
import { compressPages } from "./compress.ts"
import { ownFormsOnly, securityHeaders, type Env } from "./headers.ts"
import { log } from "./log.ts"
import type { Shop } from "./shop.ts"
import { serveUpload } from "./uploads.ts"

const LARGEST_FORM_BYTES = 64 * 1024

export function makeApp(shop: Shop, assets: Assets): Hono<Env> {
  const app = new Hono<Env>()
  app.get("/healthz", healthz)
  app.get("/readyz", readyz(shop))
  app.use(securityHeaders)
  app.get("*", serveAssets(assets))
  app.use(compressPages)
  app.use(ownFormsOnly((c) => foreignForm(c, shop)))
  app.use(bodyLimit({ maxSize: LARGEST_FORM_BYTES }))

  app.get("/", home(shop))
  app.get("/products", allProducts(shop))
  app.get("/products/:handle", product(shop))
  app.get("/collections/:handle", collection(shop))
  app.get("/search", search(shop))
  app.get("/cart", cartPage(shop))
  app.post("/cart/lines", addLine(shop))
  app.post("/cart/lines/:line", changeLine(shop))
  app.post("/cart/lines/:line/remove", removeLine(shop))
  app.get("/checkout", checkoutPage(shop))
  app.post("/checkout", placeOrder(shop))
  app.get("/order/:id", orderPage(shop))
  app.get("/icon.svg", icon(shop))
  app.get("/static/*", serveUpload(shop))

  app.notFound((c) => notFound(c, shop))
  app.onError((error, c) => {
    if (error instanceof HTTPException) return unreadable(c, shop, error.status)
    const isAway = error instanceof BackendAway
    log(isAway ? "warn" : "error", error.message, {
      path: c.req.path,
      ...(isAway ? {} : { stack: error.stack }),
    })
    return isAway ? away(c, shop) : broken(c, shop)
  })
  return app
}
