/** Amounts as people of a region write them. Medusa counts in whole units, not in cents. */
import type { Region } from "./medusa/types.ts"

const formats = new Map<string, Intl.NumberFormat>()

/** English, with the conventions of the region's country where it has only one. */
export function localeOf(region: Pick<Region, "countries">): string {
  const [only, ...others] = region.countries
  return only && others.length === 0 ? `en-${only.iso_2.toUpperCase()}` : "en"
}

/** @param currency an ISO 4217 code in either case */
export function formatMoney(amount: number, currency: string, locale = "en"): string {
  const key = `${locale} ${currency}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: "currency", currency: currency.toUpperCase() })
    formats.set(key, format)
  }
  return format.format(amount)
}
