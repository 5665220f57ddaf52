/** Ends the process within the seconds that Kubernetes gives it. */
import { log } from "./log.mjs"

/**
 * Medusa answers the requests under way, then closes its queues and pools and waits for each.
 * When the database went first, as in a store's deletion, that takes half a minute; the
 * kubelet kills after five seconds.
 */
const REQUESTS_MS = 2000
const POOLS_MS = 500

/**
 * End on SIGTERM or SIGINT: at once, or, after the returned function was told of the HTTP
 * server, when Medusa's own handler has finished, but not later than the limits above.
 */
export function endOnSignal() {
  let server = null
  const exit = () => process.exit()
  const end = (signal) => {
    log("info", `${signal}: ending`)
    process.once("exit", leave)
    if (server === null) return exit()
    setTimeout(exit, REQUESTS_MS)
    server.once("close", () => setTimeout(exit, POOLS_MS))
  }
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, end)
  return (serving) => (server = serving)
}

/** Survive what a lost database leaves behind: the pools connect again by themselves. */
export function outliveErrors() {
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (error) => log("error", `${event}: ${error?.stack ?? error}`))
}

function leave() {
  // Medusa says 1 when a pool could not be closed in order
  process.exitCode = 0
  // exit() waits for the threads that look up names: for a dead DNS server, many seconds
  if (process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap"))
    process.execve("/bin/true", ["true"], {})
}
