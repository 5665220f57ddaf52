import assert from "node:assert/strict"
import test from "node:test"
import { receiptsSignedWith } from "../lib/receipts.ts"

const receipts = receiptsSignedWith("pk_one")

test("a browser has the receipts of its own orders, the latest first", () => {
  const cookie = receipts.with(receipts.with(undefined, "order_1"), "order_2")
  assert.ok(receipts.has(cookie, "order_1"))
  assert.ok(receipts.has(cookie, "order_2"))
  assert.equal(receipts.latest(cookie), "order_2")
})

test("no receipt, no order", () => {
  assert.ok(!receipts.has(undefined, "order_1"))
  assert.ok(!receipts.has("", "order_1"))
  assert.equal(receipts.latest(undefined), null)
})

test("a receipt is worth nothing for another order, in another shop, or made up", () => {
  const cookie = receipts.with(undefined, "order_1")
  assert.ok(!receipts.has(cookie.replace("order_1", "order_2"), "order_2"))
  assert.ok(!receiptsSignedWith("pk_two").has(cookie, "order_1"))
  for (const forged of ["order_1", "order_1.", "order_1.AAAA", "order_1.!!", `order_1.${"A".repeat(22)}`])
    assert.ok(!receipts.has(forged, "order_1"), forged)
})

test("an order is kept once, and a cookie stays small however much is bought", () => {
  let cookie = receipts.with(receipts.with(undefined, "order_0"), "order_0")
  assert.equal(cookie, receipts.with(undefined, "order_0"))
  for (let order = 1; order <= 100; order++)
    cookie = receipts.with(cookie, `order_01ARZ3NDEKTSV4RRFFQ69G5${order}`)
  assert.ok(cookie.length < 1000)
})
