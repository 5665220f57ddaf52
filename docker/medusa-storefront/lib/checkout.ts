/** What a buyer fills in at the checkout, and what is wrong with it. */
import type { Address, Cart, Country, ShippingOption, StoredAddress } from "./medusa/types.ts"

export type Details = Address & { email: string; shipping: string }
export type Field = keyof Details
export type Problems = Partial<Record<Field, string>>

const LONGEST = 120

const REQUIRED: [Field, string][] = [
  ["email", "Enter your email address."],
  ["first_name", "Enter your first name."],
  ["last_name", "Enter your last name."],
  ["address_1", "Enter the street and house number."],
  ["postal_code", "Enter the postal code."],
  ["city", "Enter the town or city."],
  ["country_code", "Choose a country that we deliver to."],
]

const FIELDS: Field[] = [...REQUIRED.map(([field]) => field), "address_2", "province", "phone", "shipping"]

/** Not the whole grammar of RFC 5322, which accepts more than any mail service does. */
const EMAIL = /^[^\s@<>()[\]\\,;:"]+@[^\s@.]+(\.[^\s@.]+)+$/
const PHONE = /^\+?[\d\s().\/-]+$/
const PHONE_DIGITS = { least: 5, most: 15 }

/** @param form the posted fields; what is missing counts as empty */
export function readDetails(form: ReadonlyMap<string, string>): Details {
  const details = emptyDetails()
  for (const field of FIELDS) details[field] = (form.get(field) ?? "").trim().replace(/\s+/g, " ")
  return details
}

/** What a cart already knows, so that nobody types it twice. */
export function rememberedDetails(
  cart: Pick<Cart, "email" | "shipping_address" | "shipping_methods">,
  countries: Country[],
): Details {
  const details = emptyDetails()
  for (const [field, value] of Object.entries(cart.shipping_address ?? {}) as [
    keyof StoredAddress,
    unknown,
  ][])
    if (field in details && typeof value === "string") details[field] = value
  details.email = cart.email ?? ""
  details.shipping = cart.shipping_methods[0]?.shipping_option_id ?? ""
  if (countries.length === 1) details.country_code = countries[0]?.iso_2 ?? ""
  return details
}

function emptyDetails(): Details {
  return Object.fromEntries(FIELDS.map((field) => [field, ""])) as Details
}

/** @returns a sentence for each field of the buyer's that has to be corrected; empty when all is well */
export function problemsOf(details: Details, countries: Country[]): Problems {
  const problems: Problems = {}
  for (const field of FIELDS)
    if (details[field].length > LONGEST) problems[field] = `Use at most ${LONGEST} characters.`
  for (const [field, sentence] of REQUIRED) if (!details[field]) problems[field] = sentence
  if (details.email && !EMAIL.test(details.email))
    problems.email = "Enter an email address such as name@example.com."
  if (details.country_code && !countries.some(({ iso_2 }) => iso_2 === details.country_code))
    problems.country_code = "Choose a country that we deliver to."
  const digits = details.phone.replace(/\D/g, "").length
  if (
    details.phone &&
    (!PHONE.test(details.phone) || digits < PHONE_DIGITS.least || digits > PHONE_DIGITS.most)
  )
    problems.phone = "Enter a phone number such as +1 555 010 0123, or leave it empty."
  return problems
}

/** @param options the ways of shipping to the address that was given */
export function shippingProblems({ shipping }: Details, options: Pick<ShippingOption, "id">[]): Problems {
  if (options.length === 0)
    return { shipping: "We cannot ship to this address at the moment. Enter another." }
  if (!shipping) return { shipping: "Choose how your order is shipped." }
  if (options.some(({ id }) => id === shipping)) return {}
  return { shipping: "This way of shipping is not available to this address. Choose another." }
}

export const isEmpty = (problems: Problems): boolean => Object.keys(problems).length === 0

export function addressOf(details: Details): Address {
  const { email: _email, shipping: _shipping, ...address } = details
  return address
}
