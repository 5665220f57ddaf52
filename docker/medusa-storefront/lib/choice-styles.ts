/**
 * A style sheet that lets a product's page answer to its radio buttons without any script:
 * the price, the stock and the picture of the combination that is checked are shown, and
 * values that would lead to something sold out are marked.
 */
import { availabilityOf, canBeHad, type Availability, type Combination } from "./choices.ts"

/** What a shopper is told about a combination; combinations with the same offer share one text. */
export type Offer = {
  price: number | null
  originalPrice: number | null
  availability: Availability
  combinations: Combination[]
}

/** The value of an option, both by their position. */
export type Value = { option: number; value: number }

/** Beyond this the sheet would outweigh the page; the server still checks every choice. */
const MOST_COMBINATIONS = 150

export const inputId = ({ option, value }: Value): string => `option-${option}-${value}`

/** @returns each distinct offer once, in the order of its first combination */
export function offersOf(combinations: Combination[]): Offer[] {
  const offers = new Map<string, Offer>()
  for (const combination of combinations) {
    const { variant } = combination
    const price = variant?.calculated_price?.calculated_amount ?? null
    const originalPrice = variant?.calculated_price?.original_amount ?? null
    const availability = availabilityOf(variant)
    const key = JSON.stringify([price, originalPrice, availability])
    const offer = offers.get(key) ?? { price, originalPrice, availability, combinations: [] }
    offer.combinations.push(combination)
    offers.set(key, offer)
  }
  return [...offers.values()]
}

/** @param pictured the values that have a picture on the page */
export function choiceStyles(combinations: Combination[], pictured: Value[]): string {
  if (combinations.length > MOST_COMBINATIONS) return ""
  const free = freeOptions(combinations)
  const sheet = [
    showOffers(offersOf(combinations), free),
    hideButton(combinations, free),
    markValues(combinations, free),
    showPictures(pictured),
  ].join("")
  return sheet && `@supports selector(:has(a)){${sheet}}`
}

/** For each option whether it leaves a choice; only those have radio buttons. */
function freeOptions(combinations: Combination[]): boolean[] {
  const [first] = combinations
  return (first?.indexes ?? []).map((value, option) =>
    combinations.some(({ indexes }) => indexes[option] !== value),
  )
}

function showOffers(offers: Offer[], free: boolean[]): string {
  if (offers.length < 2) return ""
  const shown = offers.map(({ combinations }, position) => {
    const selectors = combinations.map(
      ({ indexes }) => `${checked(indexes, free)} [data-offer="${position}"]`,
    )
    return rule(selectors, "display:block")
  })
  return `.product .offer{display:none}${shown.join("")}`
}

function hideButton(combinations: Combination[], free: boolean[]): string {
  const selectors = unavailable(combinations).map(({ indexes }) => `${checked(indexes, free)} .add`)
  return rule(selectors, "display:none")
}

/** A value is marked while the other options are checked so that nothing can be had with it. */
function markValues(combinations: Combination[], free: boolean[]): string {
  const labels = unavailable(combinations).flatMap(({ indexes }) =>
    indexes.flatMap((value, option) => {
      if (!free[option]) return []
      const others = free.map((isFree, at) => isFree && at !== option)
      return [`${checked(indexes, others)} [for="${inputId({ option, value })}"]`]
    }),
  )
  return (
    rule(labels, "color:var(--ink-soft);border-style:dashed;text-decoration:line-through;--picture:0.45") +
    rule(
      labels.map((label) => `${label} .mark`),
      "display:inline",
    )
  )
}

function showPictures(pictured: Value[]): string {
  if (pictured.length === 0) return ""
  const shown = pictured.map(inputId).map((id) => `.product:has(#${id}:checked) [data-picture="${id}"]`)
  return `.product [data-picture]{display:none}${rule(shown, "display:block")}`
}

const unavailable = (combinations: Combination[]) => combinations.filter(({ variant }) => !canBeHad(variant))

/** @param which for each option whether its value is a condition */
function checked(indexes: number[], which: boolean[]): string {
  const conditions = indexes.map((value, option) =>
    which[option] ? `:has(#${inputId({ option, value })}:checked)` : "",
  )
  return `.product${conditions.join("")}`
}

const rule = (selectors: string[], declarations: string): string =>
  selectors.length > 0 ? `${selectors.join(",")}{${declarations}}` : ""
