/** Waiting for another server, aloud. */
import { setTimeout as sleep } from "node:timers/promises"
import { log } from "./log.mjs"

const RETRY_MS = 250
const REMIND_MS = 10_000

/**
 * Call `attempt` until it returns something else than undefined, and return that. What it
 * passes to its argument is said at once when it changes, and every ten seconds when not.
 */
export async function until(attempt) {
  let said
  let saidAt = 0
  const say = (reason) => {
    if (reason === said && Date.now() - saidAt < REMIND_MS) return
    log("info", reason)
    said = reason
    saidAt = Date.now()
  }
  for (;;) {
    const result = await attempt(say)
    if (result !== undefined) return result
    await sleep(RETRY_MS)
  }
}
