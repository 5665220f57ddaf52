import assert from "node:assert/strict"
import test from "node:test"
import { formatMoney, localeOf } from "../lib/money.ts"

const countries = (...codes: string[]) => ({
  countries: codes.map((iso_2) => ({ iso_2, display_name: iso_2 })),
})
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ")

test("one country has its own conventions, several have none", () => {
  assert.equal(localeOf(countries("de")), "en-DE")
  assert.equal(localeOf(countries("de", "fr")), "en")
  assert.equal(localeOf(countries()), "en")
})

test("amounts are whole units of the currency, with the decimals that it has", () => {
  assert.equal(formatMoney(79, "usd", "en-US"), "$79.00")
  assert.equal(formatMoney(1234.5, "USD", "en-US"), "$1,234.50")
  assert.equal(formatMoney(79, "eur", "en-IE"), "€79.00")
  assert.equal(formatMoney(79, "cad", "en-CA"), "$79.00")
  assert.equal(formatMoney(79, "cad"), "CA$79.00")
  assert.equal(formatMoney(1200, "jpy"), "¥1,200")
  assert.equal(plain(formatMoney(1.5, "kwd")), "KWD 1.500")
})
