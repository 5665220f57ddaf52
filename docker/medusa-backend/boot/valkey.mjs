/** Waits for Valkey, because Medusa's modules do not when they are loaded. */
import { createRequire } from "node:module"
import { SettingError, valkeyUrl } from "./settings.mjs"
import { until } from "./waiting.mjs"

const CONNECT_MS = 5000
const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/

/** Returns once Valkey answers; at once where REDIS_URL is not set. */
export async function waitForValkey(env) {
  const url = valkeyUrl(env)
  if (url === null) return
  const where = new URL(url).host
  const Redis = createRequire(import.meta.url)("ioredis")
  await until(async (say) => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: CONNECT_MS })
    let cause
    client.on("error", (error) => (cause = error))
    try {
      await client.connect()
      await client.ping()
      return true
    } catch (error) {
      const { message } = cause ?? error
      if (REFUSED.test(message))
        throw new SettingError(`Valkey at ${where} refuses: ${message} REDIS_URL must hold its password.`)
      say(`waiting for Valkey at ${where}: ${message}`)
      return undefined
    } finally {
      client.disconnect()
    }
  })
}
