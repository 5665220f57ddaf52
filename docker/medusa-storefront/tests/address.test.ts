import assert from "node:assert/strict"
import test from "node:test"
import { addressLines } from "../lib/address.ts"

const countries = [
  { iso_2: "us", display_name: "United States" },
  { iso_2: "de", display_name: "Germany" },
]
const ada = {
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "12 Main Street",
  address_2: null,
  city: "Springfield",
  province: "IL",
  postal_code: "12345",
  country_code: "us",
  phone: null,
}

test("state and code follow the town where that is the custom", () =>
  assert.deepEqual(addressLines(ada, countries), [
    "Ada Lovelace",
    "12 Main Street",
    "Springfield, IL 12345",
    "United States",
  ]))

test("the code precedes the town elsewhere", () => {
  const address = {
    ...ada,
    address_2: "Hinterhaus",
    city: "Köln",
    province: null,
    postal_code: "50667",
    country_code: "de",
  }
  assert.deepEqual(addressLines(address, countries).slice(1), [
    "12 Main Street",
    "Hinterhaus",
    "50667 Köln",
    "Germany",
  ])
})

test("what is missing leaves no gap", () => {
  const address = { ...ada, last_name: null, province: null, postal_code: null, country_code: "fr" }
  assert.deepEqual(addressLines(address, countries), ["Ada", "12 Main Street", "Springfield", "FR"])
})
