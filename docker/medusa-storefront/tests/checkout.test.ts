import assert from "node:assert/strict"
import test from "node:test"
import {
  addressOf,
  isEmpty,
  problemsOf,
  readDetails,
  rememberedDetails,
  shippingProblems,
} from "../lib/checkout.ts"

const countries = [{ iso_2: "us", display_name: "United States" }]
const form = {
  email: "ada@example.com",
  first_name: "Ada",
  last_name: "Lovelace",
  address_1: "12 Main Street",
  postal_code: "12345",
  city: "Springfield",
  country_code: "us",
}
const read = (fields: Record<string, string>) => readDetails(new Map(Object.entries(fields)))
const problems = (change: Record<string, string>) => problemsOf(read({ ...form, ...change }), countries)

test("a form that is filled in has no problems", () => {
  assert.deepEqual(problems({}), {})
  assert.deepEqual(problems({ address_2: "", province: "", phone: "" }), {})
})

test("every required field is asked for by name", () => {
  assert.deepEqual(Object.keys(problemsOf(read({}), countries)).sort(), Object.keys(form).sort())
})

test("blanks are no answer, and are tidied away", () => {
  assert.ok(problems({ city: "  \t " }).city)
  assert.equal(read({ city: "  New \n  York " }).city, "New York")
})

for (const email of [
  "ada",
  "ada@",
  "@example.com",
  "ada@example",
  "a b@example.com",
  "ada@example..com",
  "<a@b.c>",
])
  test(`${email} is no email address`, () => assert.ok(problems({ email }).email))

for (const email of ["ada@example.com", "a.b+c@mail.example.co.uk", "ада@пример.рф"])
  test(`${email} is an email address`, () => assert.equal(problems({ email }).email, undefined))

test("a country has to be one that the shop delivers to", () =>
  assert.ok(problems({ country_code: "fr" }).country_code))

test("a way of shipping has to be chosen from those to the address", () => {
  const chosen = (shipping: string, ...offered: string[]) =>
    shippingProblems(
      read({ shipping }),
      offered.map((id) => ({ id })),
    )
  assert.ok(isEmpty(chosen("so_1", "so_1", "so_2")))
  assert.match(chosen("", "so_1").shipping ?? "", /Choose how/)
  assert.match(chosen("so_3", "so_1").shipping ?? "", /not available/)
  assert.match(chosen("so_1").shipping ?? "", /cannot ship/)
})

test("a phone number may be left out but not made up", () => {
  assert.equal(problems({ phone: "+1 (555) 010-0123" }).phone, undefined)
  assert.ok(problems({ phone: "call me" }).phone)
  assert.ok(problems({ phone: "123" }).phone)
})

test("nothing is longer than a label", () => assert.ok(problems({ address_1: "x".repeat(121) }).address_1))

test("what goes to the backend as address is the address alone", () => {
  const address = addressOf(read({ ...form, surprise: "x" }))
  assert.deepEqual(Object.keys(address).sort(), [
    "address_1",
    "address_2",
    "city",
    "country_code",
    "first_name",
    "last_name",
    "phone",
    "postal_code",
    "province",
  ])
})

test("a cart's details come back into the form, and the only country is chosen", () => {
  const details = rememberedDetails(
    {
      email: "ada@example.com",
      shipping_address: {
        first_name: "Ada",
        last_name: null,
        address_1: null,
        address_2: null,
        city: null,
        province: null,
        postal_code: null,
        country_code: null,
        phone: null,
      },
      shipping_methods: [{ name: "Express", amount: 12, shipping_option_id: "so_1" }],
    },
    countries,
  )
  assert.equal(details.email, "ada@example.com")
  assert.equal(details.first_name, "Ada")
  assert.equal(details.last_name, "")
  assert.equal(details.country_code, "us")
  assert.equal(details.shipping, "so_1")
})
