/** Which of a product's variants a shopper's choice of options means, and whether it can be had. */
import type { Option, Product, Variant } from "./medusa/types.ts"

/** A form field per option, in addresses too: `option.Colour=Indigo`. */
export const FIELD_PREFIX = "option."

export const fieldOf = (option: Option): string => FIELD_PREFIX + option.title

/** From this number on a shopper is told how few are left. */
const FEW = 5

export type Availability =
  { kind: "available" } | { kind: "few"; left: number } | { kind: "sold out" } | { kind: "not made" }

/** One value of every option, in the options' order. */
export type Combination = { indexes: number[]; variant: Variant | null }

/** @param variant null for a combination that is not made */
export function availabilityOf(variant: Variant | null): Availability {
  if (!variant || !variant.calculated_price) return { kind: "not made" }
  const left = stockOf(variant)
  if (left <= 0) return { kind: "sold out" }
  return left <= FEW ? { kind: "few", left } : { kind: "available" }
}

/** How many can be ordered; Infinity where stock is not counted. */
export function stockOf(variant: Variant): number {
  const unlimited = !variant.manage_inventory || variant.allow_backorder
  return unlimited ? Infinity : (variant.inventory_quantity ?? 0)
}

export const canBeHad = (variant: Variant | null): boolean => {
  const { kind } = availabilityOf(variant)
  return kind === "available" || kind === "few"
}

/** Every combination of the options' values, the ones that are not made included. */
export function combinationsOf({ options, variants }: Pick<Product, "options" | "variants">): Combination[] {
  const byValues = new Map(variants.map((variant) => [keyOf(variant.options.map(({ id }) => id)), variant]))
  let indexes: number[][] = [[]]
  for (const { values } of options)
    indexes = indexes.flatMap((chosen) => values.map((_, index) => [...chosen, index]))
  return indexes.map((chosen) => {
    const ids = chosen.map((index, option) => options[option]?.values[index]?.id ?? "")
    return { indexes: chosen, variant: byValues.get(keyOf(ids)) ?? null }
  })
}

const keyOf = (valueIds: string[]): string => valueIds.toSorted().join(" ")

/**
 * What a form or an address asks for. Options that it leaves out, or answers with something
 * unknown, are filled so that the result can be had where that is possible.
 *
 * @param asked field name to value
 */
export function choose(
  product: Pick<Product, "options" | "variants">,
  asked: ReadonlyMap<string, string>,
): Combination {
  const wanted = product.options.map((option) => {
    const value = asked.get(fieldOf(option))
    return value === undefined ? -1 : option.values.findIndex((known) => known.value === value)
  })
  const fitting = combinationsOf(product).filter(({ indexes }) =>
    indexes.every((index, option) => wanted[option] === -1 || wanted[option] === index),
  )
  const first = fitting.find(({ variant }) => canBeHad(variant)) ?? fitting.find(({ variant }) => variant)
  return first ?? fitting[0] ?? { indexes: [], variant: product.variants[0] ?? null }
}

/** True when a form answers every option with a value that exists. */
export function isComplete(product: Pick<Product, "options">, asked: ReadonlyMap<string, string>): boolean {
  return product.options.every((option) =>
    option.values.some(({ value }) => value === asked.get(fieldOf(option))),
  )
}

/** A choice as the query of the product's address. */
export function queryOf(product: Pick<Product, "options">, { indexes }: Combination): URLSearchParams {
  const query = new URLSearchParams()
  product.options.forEach((option, position) => {
    const value = option.values[indexes[position] ?? -1]
    if (value) query.set(fieldOf(option), value.value)
  })
  return query
}
