/** The connection to the shop's database: waited for, and made anew when it is lost. */
import { createRequire } from "node:module"
import { SettingError, databaseSettings } from "./settings.mjs"
import { until } from "./waiting.mjs"

const { Client } = createRequire(import.meta.url)("pg")

const CONNECT_MS = 5000

/** The server is ending, beginning or full, or the connection broke: SQLSTATE, or Node's code. */
const AWAY = /^(57P0|53|08|E[A-Z]+$)/
/** The same without a code, as pg says it. */
const BROKEN = /^(Connection terminated|timeout expired)/

/**
 * Run `work(client)`, waiting for as long as there is no server. When the connection is lost
 * meanwhile, `work` begins again; so what it did must either be undone by that or be known to it.
 *
 * Throws SettingError when the server cannot be used as DATABASE_URL says.
 */
export function withDatabase(env, work) {
  const settings = { ...databaseSettings(env), connectionTimeoutMillis: CONNECT_MS }
  const where = new URL(settings.connectionString).host
  return until(async (say) => {
    const client = new Client(settings)
    let connected = false
    let lost = false
    client.on("error", () => (lost = true))
    try {
      await client.connect()
      connected = true
      return (await work(client)) ?? null
    } catch (error) {
      if (lost || isAway(error)) {
        say(`waiting for the database at ${where}: ${error.message || error.code}`)
        return undefined
      }
      if (connected) throw error
      throw new SettingError(
        `The database at ${where} cannot be used: ${error.message}. Check DATABASE_URL and DATABASE_SSL.`
      )
    } finally {
      client.end().catch(() => {})
    }
  })
}

/** Run `work` in one transaction. */
export async function inTransaction(client, work) {
  await client.query("begin")
  try {
    await work()
    await client.query("commit")
  } catch (error) {
    await client.query("rollback").catch(() => {})
    throw error
  }
}

function isAway(error) {
  // a name with several addresses fails with one error for each of them
  return error instanceof AggregateError || AWAY.test(error.code) || BROKEN.test(error.message)
}
