/** Starts the shop's server and ends it soon after SIGTERM. */
import { join } from "node:path"
import { serve } from "@hono/node-server"
import { makeApp } from "./app.tsx"
import { loadAssets } from "./assets.ts"
import { log } from "./log.ts"
import { readSettings, SettingError, type Settings } from "./settings.ts"
import { openShop } from "./shop.ts"

/** How long requests may finish after SIGTERM, though the backend hangs, in milliseconds. */
const GRACE_MS = 2_000

/** Longer than ingress controllers keep an idle connection, so that none is cut in their hands. */
const KEEP_ALIVE_MS = 130_000

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    log("error", error.message)
    process.exit(1)
  }
}

const settings = settingsOrExit()
const closing = new AbortController()
const assets = loadAssets(join(import.meta.dirname, "public"))
const app = makeApp(openShop(settings, new Set(assets.keys()), closing.signal), assets)

const { port, listenAddress: hostname } = settings
const server = serve(
  {
    fetch: app.fetch,
    port,
    ...(hostname ? { hostname } : {}),
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS },
  },
  () => log("info", `${settings.storeName} is open on port ${port}`),
)

for (const signal of ["SIGTERM", "SIGINT"])
  process.once(signal, () => {
    log("info", `${signal}: ending`)
    server.close(() => process.exit(0))
    setTimeout(() => {
      closing.abort(new Error("the shop is stopping"))
      setTimeout(() => process.exit(0), 100)
    }, GRACE_MS)
  })
