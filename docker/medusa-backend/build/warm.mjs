/** Boots the server as a store does, keeps the resolutions and what V8 compiled, and ends. */
import { flushCompileCache } from "node:module"
import { recordResolutions } from "../boot/resolutions.mjs"

const keep = recordResolutions()
const { load, serve } = await import("../boot/medusa.mjs")
// what else the server loads before it serves
await import("../boot/shop.mjs")
await import("../boot/valkey.mjs")

const port = Number(process.env.HTTP_PORT)
await load()
await serve({ port, host: "127.0.0.1" })
for (const path of ["/health", "/app/", "/store/products"]) await fetch(`http://127.0.0.1:${port}${path}`)
keep()
flushCompileCache()
process.exit(0)
