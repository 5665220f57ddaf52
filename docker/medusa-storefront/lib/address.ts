/** Addresses as the post office of their country wants them. */
import type { Country, StoredAddress } from "./medusa/types.ts"

/** Where the state and the postal code follow the town; elsewhere the code precedes it. */
const TOWN_FIRST = new Set(["au", "ca", "gb", "ie", "in", "jp", "nz", "sg", "us"])

/** @param countries where the shop delivers, for the country's name */
export function addressLines(address: StoredAddress, countries: Country[]): string[] {
  const { first_name, last_name, address_1, address_2, city, province, postal_code, country_code } = address
  const country = countries.find(({ iso_2 }) => iso_2 === country_code)?.display_name
  const town = TOWN_FIRST.has(country_code ?? "")
    ? [join(", ", city, join(" ", province, postal_code))]
    : [join(" ", postal_code, city), province]
  const lines = [
    join(" ", first_name, last_name),
    address_1,
    address_2,
    ...town,
    country ?? country_code?.toUpperCase(),
  ]
  return lines.filter((line): line is string => Boolean(line))
}

const join = (separator: string, ...parts: (string | null)[]): string => parts.filter(Boolean).join(separator)
