/** Makes or migrates the shop's database and ends: what the init job runs. */
import { endOnSignal } from "./ending.mjs"
import { log } from "./log.mjs"
import { prepareShop } from "./shop.mjs"

endOnSignal()
try {
  await prepareShop(process.env)
  log("info", "the shop is prepared")
} catch (error) {
  log("error", error.message)
  process.exitCode = 1
}
