/**
 * Starts the shop: prepares its database, or waits for the init job that does, loads Medusa's
 * code meanwhile, then serves in this process.
 */
import { endOnSignal, outliveErrors } from "./ending.mjs"
import { log } from "./log.mjs"
import { load, serve } from "./medusa.mjs"
import { useResolutions } from "./resolutions.mjs"
import { serverSettings } from "./settings.mjs"
import { prepareShop, waitForShop } from "./shop.mjs"
import { waitForValkey } from "./valkey.mjs"

const { env } = process
const endWith = endOnSignal()
useResolutions()
try {
  const settings = serverSettings(env)
  const shop = env.INIT_MODE === "job" ? waitForShop(env) : prepareShop(env)
  await Promise.all([shop, waitForValkey(env), load()])
  endWith(await serve(settings))
  outliveErrors()
} catch (error) {
  log("error", error.message)
  process.exit(1)
}
