/** Makes the baked database one shop's own: name, administrator, key, currency and country. */
import { createRequire } from "node:module"
import { SettingError } from "./settings.mjs"

const require = createRequire(import.meta.url)
const scrypt = require("scrypt-kdf")
const { ulid } = require("ulid")

/** The parameters of Medusa's emailpass provider, whose hash this must be. */
const SCRYPT = { logN: 15, r: 8, p: 1 }

/** What the seed uses; see src/scripts/seed.ts. */
const BAKED = { currency: "usd", country: "us" }

/** `client` is in a transaction whose search path is public. */
export async function personalise(client, shop) {
  await client.query("update store set name = $1", [shop.name])
  await acceptKey(client, shop.publishableKey)
  await addAdministrator(client, shop)
  if (shop.currency !== BAKED.currency) await useCurrency(client, shop.currency)
  if (shop.country !== BAKED.country) await useCountry(client, shop.country)
}

/** The oldest of the storefront's keys becomes this one, unless one is it already. */
export async function acceptKey(client, key) {
  const { rowCount } = await client.query(
    `update public.api_key set token = $1, redacted = $2
     where id = (select id from public.api_key where type = 'publishable' order by created_at limit 1)
     and not exists (select from public.api_key where token = $1)`,
    [key, `${key.slice(0, 6)}***${key.slice(-3)}`]
  )
  return rowCount > 0
}

/** What `medusa user` does, without its boot of several seconds. */
async function addAdministrator(client, { adminEmail, adminPassword }) {
  const hash = (await scrypt.kdf(adminPassword, SCRYPT)).toString("base64")
  const user = `user_${ulid()}`
  const identity = `authid_${ulid()}`
  await client.query('insert into "user" (id, email) values ($1, $2)', [user, adminEmail])
  await client.query("insert into auth_identity (id, app_metadata) values ($1, $2)", [
    identity,
    { user_id: user },
  ])
  await client.query(
    `insert into provider_identity (id, entity_id, provider, auth_identity_id, provider_metadata)
     values ($1, $2, 'emailpass', $3, $4)`,
    [ulid(), adminEmail, identity, { password: hash }]
  )
}

async function useCurrency(client, currency) {
  const { rowCount } = await client.query("select from currency where code = $1", [currency])
  if (!rowCount)
    throw new SettingError(
      `STORE_CURRENCY '${currency}' is no currency that Medusa knows. Set a code of ISO 4217, such as eur.`
    )
  for (const table of ["region", "price", "store_currency"])
    await client.query(`update ${table} set currency_code = $1 where currency_code = $2`, [
      currency,
      BAKED.currency,
    ])
  // migrating leaves a preference for a currency of its own, which may be the one wanted
  await client.query("delete from price_preference where attribute = 'currency_code' and value = $1", [currency])
  await client.query(
    "update price_preference set value = $1 where attribute = 'currency_code' and value = $2",
    [currency, BAKED.currency]
  )
}

async function useCountry(client, country) {
  const { rowCount } = await client.query("select from region_country where iso_2 = $1", [country])
  if (!rowCount)
    throw new SettingError(
      `STORE_COUNTRY '${country}' is no country that Medusa knows. Set a code of ISO 3166, such as de.`
    )
  await client.query(
    `update region_country as wanted set region_id = baked.region_id from region_country as baked
     where wanted.iso_2 = $1 and baked.iso_2 = $2`,
    [country, BAKED.country]
  )
  await client.query("update region_country set region_id = null where iso_2 = $1", [BAKED.country])
  for (const table of ["tax_region", "geo_zone", "stock_location_address"])
    await client.query(`update ${table} set country_code = $1 where country_code = $2`, [
      country,
      BAKED.country,
    ])
}
