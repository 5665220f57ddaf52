import assert from "node:assert/strict"
import test from "node:test"
import {
  availabilityOf,
  canBeHad,
  choose,
  combinationsOf,
  isComplete,
  queryOf,
  stockOf,
} from "../lib/choices.ts"
import { shirt, variant } from "./shirts.ts"

const asked = (choice: Record<string, string>) =>
  new Map(Object.entries(choice).map(([option, value]) => [`option.${option}`, value]))

test("every combination is listed, the ones that are not made without a variant", () => {
  const found = combinationsOf(shirt).map(({ indexes, variant }) => [indexes.join(), variant?.title ?? null])
  assert.deepEqual(found, [
    ["0,0", "Sand / S"],
    ["0,1", "Sand / M"],
    ["0,2", "Sand / L"],
    ["1,0", "Indigo / S"],
    ["1,1", "Indigo / M"],
    ["1,2", null],
  ])
})

test("stock, backorders and prices decide what can be had", () => {
  assert.deepEqual(availabilityOf(variant(["a"])), { kind: "available" })
  assert.deepEqual(availabilityOf(variant(["a"], { inventory_quantity: 2 })), { kind: "few", left: 2 })
  assert.deepEqual(availabilityOf(variant(["a"], { inventory_quantity: 0 })), { kind: "sold out" })
  assert.deepEqual(availabilityOf(variant(["a"], { calculated_price: null })), { kind: "not made" })
  assert.deepEqual(availabilityOf(null), { kind: "not made" })
  assert.equal(stockOf(variant(["a"], { inventory_quantity: null })), 0)
  assert.equal(stockOf(variant(["a"], { inventory_quantity: 0, manage_inventory: false })), Infinity)
  assert.ok(canBeHad(variant(["a"], { inventory_quantity: 0, allow_backorder: true })))
})

test("a full choice is taken as it is, even when it is sold out or not made", () => {
  assert.equal(choose(shirt, asked({ Colour: "Sand", Size: "S" })).variant?.title, "Sand / S")
  const notMade = choose(shirt, asked({ Colour: "Indigo", Size: "L" }))
  assert.equal(notMade.variant, null)
  assert.deepEqual(notMade.indexes, [1, 2])
})

test("what is left open or unknown is filled with something that can be had", () => {
  assert.equal(choose(shirt, asked({})).variant?.title, "Sand / M")
  assert.equal(choose(shirt, asked({ Size: "S" })).variant?.title, "Indigo / S")
  assert.equal(choose(shirt, asked({ Colour: "Mauve", Size: "L" })).variant?.title, "Sand / L")
})

test("a form is complete when every option is answered with a value that exists", () => {
  assert.ok(isComplete(shirt, asked({ Colour: "Sand", Size: "S" })))
  assert.ok(!isComplete(shirt, asked({ Colour: "Sand" })))
  assert.ok(!isComplete(shirt, asked({ Colour: "Sand", Size: "XXL" })))
})

test("a choice makes an address that leads back to it", () => {
  const query = queryOf(shirt, choose(shirt, asked({ Colour: "Indigo", Size: "M" })))
  assert.equal(query.toString(), "option.Colour=Indigo&option.Size=M")
  assert.equal(choose(shirt, new Map(query)).variant?.title, "Indigo / M")
})

test("a product without options has its one variant", () => {
  const plain = { options: [], variants: [variant([])] }
  assert.equal(choose(plain, new Map()).variant?.id, plain.variants[0]?.id)
  assert.ok(isComplete(plain, new Map()))
})
