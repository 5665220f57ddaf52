/** Medusa's server, in this process and without its command line. */
import { once } from "node:events"
import { createRequire } from "node:module"
import path from "node:path"
import { setImmediate as turn } from "node:timers/promises"

const ROOT = path.dirname(import.meta.dirname)
const require = createRequire(path.join(ROOT, "package.json"))

/** In the order in which the last of them would load the others. */
const PARTS = [
  "@medusajs/framework/utils",
  "@medusajs/framework/modules-sdk",
  "@medusajs/framework",
  "@medusajs/medusa/commands/start",
]

/** Longer than proxies keep an idle connection (Go two minutes, nginx one), so that they close it first. */
const KEEP_ALIVE_MS = 130_000

/** Load the server's code, with turns in between for what else is under way. */
export async function load() {
  for (const part of PARTS) {
    require(part)
    await turn()
  }
}

/** Returns the HTTP server once it listens. Medusa itself ends the process when it cannot load. */
export async function serve({ port, host }) {
  const start = require("@medusajs/medusa/commands/start").default
  const { server } = await start({ directory: ROOT, port, host, types: false })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  if (!server.listening) await once(server, "listening")
  return server
}
