/**
 * Makes a shop out of an empty database: restores the one that was baked into the image and
 * makes it this shop's own, in one transaction, so that whoever is killed leaves nothing
 * half-made. Later starts change nothing, unless the image brings a newer Medusa or the Secret
 * another key for the storefront.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import fs from "node:fs"
import path from "node:path"
import zlib from "node:zlib"
import { inTransaction, withDatabase } from "./database.mjs"
import { log } from "./log.mjs"
import { acceptKey, personalise } from "./personalise.mjs"
import { SettingError, publishableKey, shopSettings } from "./settings.mjs"
import { waitForValkey } from "./valkey.mjs"
import { until } from "./waiting.mjs"

const ROOT = path.dirname(import.meta.dirname)
const BASELINE = path.join(ROOT, "db", "baseline.sql.gz")
const VERSION = path.join(ROOT, "db", "VERSION")
const CLI = path.join(ROOT, "node_modules", "@medusajs", "cli", "cli.js")

/** Of the advisory lock; any number that nothing else in this database uses. */
const LOCK = 0x53746f7265

/** Make the shop, or migrate it, unless it is of this image's version already. */
export function prepareShop(env) {
  const baked = bakedVersion()
  return withDatabase(env, async (client) => {
    if ((await installedVersion(client)) === baked) return openFor(client, env)
    await lock(client)
    const installed = await installedVersion(client)
    if (installed === baked) return openFor(client, env)
    if (installed === null) {
      const shop = shopSettings(env)
      await inTransaction(client, () => create(client, shop, baked))
      log("info", `made the shop from ${baked}`)
    } else {
      log("info", `migrating the shop from ${installed} to ${baked}`)
      await migrate(env)
      await client.query("update public.storeweaver_baseline set version = $1", [baked])
    }
  })
}

/** A Secret that was made anew has another key for the storefront. */
async function openFor(client, env) {
  if (env.PUBLISHABLE_KEY && (await acceptKey(client, publishableKey(env))))
    log("info", "the storefront has a new key")
}

/** Return once another process has made the shop of this image's version. */
export function waitForShop(env) {
  const baked = bakedVersion()
  return withDatabase(env, (client) =>
    until(async (say) => {
      const installed = await installedVersion(client)
      if (installed === baked) return true
      say(`waiting for the init job to make the shop of ${baked}; the database holds ${installed ?? "none"}`)
      return undefined
    })
  )
}

function bakedVersion() {
  return fs.readFileSync(VERSION, "utf8").trim()
}

async function installedVersion(client) {
  const { rows } = await client.query("select to_regclass('public.storeweaver_baseline') as found")
  if (rows[0].found === null) return null
  return (await client.query("select version from public.storeweaver_baseline")).rows[0].version
}

async function lock(client) {
  const { rows } = await client.query("select pg_try_advisory_lock($1) as mine", [LOCK])
  if (rows[0].mine) return
  log("info", "waiting for another process that prepares the shop")
  await client.query("select pg_advisory_lock($1)", [LOCK])
}

async function create(client, shop, baked) {
  const { rowCount } = await client.query("select from pg_tables where schemaname = 'public' limit 1")
  if (rowCount)
    throw new SettingError(
      "The database holds tables that this image did not make. Give the store an empty database."
    )
  await client.query(zlib.gunzipSync(fs.readFileSync(BASELINE)).toString())
  // the dump leaves the search path empty
  await client.query("set local search_path to public")
  await personalise(client, shop)
  await client.query(
    "create table storeweaver_baseline (version text not null, made_at timestamptz not null default now())"
  )
  await client.query("insert into storeweaver_baseline (version) values ($1)", [baked])
}

async function migrate(env) {
  // Medusa loads all of its modules for this, and some of them connect
  await waitForValkey(env)
  const migration = spawn(process.execPath, [CLI, "db:migrate", "--execute-safe-links"], {
    cwd: ROOT,
    // which nothing is signed with here, but Medusa wants them to be there
    env: { JWT_SECRET: "unused", COOKIE_SECRET: "unused", ...env },
    stdio: "inherit",
  })
  const [code] = await once(migration, "exit")
  if (code !== 0)
    throw new Error(
      "The database could not be migrated to this image's Medusa; the lines above say why. " +
        "Only finished migrations were applied. Mend the cause, or go back to the former image."
    )
}
