import assert from "node:assert/strict"
import test from "node:test"
import { choiceStyles, offersOf } from "../lib/choice-styles.ts"
import { combinationsOf } from "../lib/choices.ts"
import { shirt, variant } from "./shirts.ts"

const combinations = combinationsOf(shirt)
const sheet = choiceStyles(combinations, [{ option: 0, value: 1 }])

test("combinations with the same price and stock share an offer", () => {
  const offers = offersOf(combinations).map(({ price, availability, combinations }) => [
    price,
    availability.kind,
    combinations.length,
  ])
  assert.deepEqual(offers, [
    [79, "sold out", 1],
    [79, "few", 1],
    [79, "available", 2],
    [59, "available", 1],
    [null, "not made", 1],
  ])
})

test("each combination shows its own offer", () => {
  const rule = '.product:has(#option-0-1:checked):has(#option-1-1:checked) [data-offer="3"]{display:block}'
  assert.ok(sheet.includes(rule))
})

test("the button goes away for what cannot be had, and only for that", () => {
  const [, selectors] = /([^}]*) \.add\{display:none\}/.exec(sheet) ?? []
  assert.equal(selectors?.includes("#option-0-0:checked):has(#option-1-0:checked)"), true)
  assert.equal(selectors?.includes("#option-1-1:checked"), false)
})

test("a value is marked while the other options lead to nothing", () => {
  assert.ok(sheet.includes('.product:has(#option-0-0:checked) [for="option-1-0"] .mark'))
  assert.ok(sheet.includes('.product:has(#option-1-2:checked) [for="option-0-1"] .mark'))
  assert.ok(!sheet.includes('.product:has(#option-0-1:checked) [for="option-1-0"]'))
})

test("a value's picture is shown while it is checked", () => {
  const rule = '.product:has(#option-0-1:checked) [data-picture="option-0-1"]{display:block}'
  assert.ok(sheet.includes(rule))
})

test("an option that leaves no choice is no condition", () => {
  const options = [
    shirt.options[0]!,
    { id: "o", title: "Fit", values: [{ id: "optval_Straight", value: "Straight" }] },
  ]
  const variants = [variant(["Sand", "Straight"]), variant(["Indigo", "Straight"], { inventory_quantity: 0 })]
  const sheet = choiceStyles(combinationsOf({ options, variants }), [])
  assert.ok(!sheet.includes("option-1"))
  assert.ok(sheet.includes('.product [for="option-0-1"] .mark'))
})

test("nothing to say makes no sheet", () => {
  const plain = { options: [shirt.options[0]!], variants: [variant(["Sand"]), variant(["Indigo"])] }
  assert.equal(choiceStyles(combinationsOf(plain), []), "")
})
