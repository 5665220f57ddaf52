/** What the environment says. A wrong value ends the start with a sentence that names it. */

/** A value that waiting does not mend; the message says what to correct. */
export class SettingError extends Error {}

const KEY = /^pk_[0-9a-f]{64}$/
const EMAIL = /^[^@\s]+@[^@\s]+$/
/** Formats only: whether a code exists is asked of Medusa's own lists, in the database. */
const CURRENCY = /^[a-z]{3}$/
const COUNTRY = /^[a-z]{2}$/

/** How `pg` reaches the database. TLS is verified; NODE_EXTRA_CA_CERTS names a private CA. */
export function databaseSettings(env) {
  return {
    connectionString: address(env, "DATABASE_URL", "postgres://USER:PASSWORD@HOST:5432/NAME"),
    ssl: env.DATABASE_SSL === "true" ? { rejectUnauthorized: true } : false,
  }
}

/** Where Valkey is; null for a server that keeps sessions, events and locks in its own memory. */
export function valkeyUrl(env) {
  return env.REDIS_URL ? address(env, "REDIS_URL", "redis://:PASSWORD@HOST:6379") : null
}

/** What the server needs besides the two. */
export function serverSettings(env) {
  required(env, "JWT_SECRET")
  required(env, "COOKIE_SECRET")
  const port = Number(env.PORT || 9000)
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new SettingError(`PORT '${env.PORT}' is not a port number from 1 to 65535.`)
  return { port, host: env.LISTEN || undefined }
}

/** What the first start makes the shop from; of it later starts read the key alone. */
export function shopSettings(env) {
  return {
    name: env.STORE_NAME?.trim() || "Store",
    adminEmail: matching("ADMIN_EMAIL", required(env, "ADMIN_EMAIL"), EMAIL, "an e-mail address"),
    adminPassword: required(env, "ADMIN_PASSWORD"),
    publishableKey: publishableKey(env),
    currency: code("STORE_CURRENCY", env.STORE_CURRENCY || "usd", CURRENCY, "three letters, such as eur"),
    country: code("STORE_COUNTRY", env.STORE_COUNTRY || "us", COUNTRY, "two letters, such as de"),
  }
}

/** What the storefront asks by; later starts let it in by this one, too. */
export function publishableKey(env) {
  return matching(
    "PUBLISHABLE_KEY",
    required(env, "PUBLISHABLE_KEY"),
    KEY,
    "pk_ and 64 hexadecimal digits"
  )
}

function required(env, name) {
  if (!env[name]) throw new SettingError(`${name} is not set. It belongs in the store's Secret.`)
  return env[name]
}

/** The message does not repeat the value: it may be secret. */
function matching(name, value, pattern, meaning) {
  if (!pattern.test(value)) throw new SettingError(`${name} is not ${meaning}. Correct it and start again.`)
  return value
}

function code(name, value, pattern, meaning) {
  return matching(`${name} '${value}'`, value.trim().toLowerCase(), pattern, meaning)
}

function address(env, name, form) {
  const value = required(env, name)
  if (!URL.canParse(value)) throw new SettingError(`${name} is not an address of the form ${form}.`)
  return value
}
