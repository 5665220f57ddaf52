import assert from "node:assert/strict"
import test from "node:test"
import { agreementOf, amountsWith, isAgreed } from "../lib/agreement.ts"

type Seen = Parameters<typeof agreementOf>[0]
type Way = { id: string; amount: number }

const standard = { id: "so_standard", amount: 5 }
const express = { id: "so_express", amount: 12 }

/** Two shirts at 79, shipped one way or none yet. */
function cart({ way, taxPercent = 0 }: { way?: Way; taxPercent?: number } = {}): Seen {
  const item = {
    id: "1",
    product_title: "",
    product_handle: "",
    variant_title: "",
    thumbnail: null,
    unit_price: 79,
  }
  const shipping = way?.amount ?? 0
  const tax = (amount: number) => (amount * taxPercent) / 100
  return {
    items: [{ ...item, variant_id: "variant_a", quantity: 2 }],
    total: 158 + shipping + tax(158 + shipping),
    tax_total: tax(158 + shipping),
    shipping_total: shipping + tax(shipping),
    shipping_subtotal: shipping,
    shipping_tax_total: tax(shipping),
    shipping_methods: way ? [{ name: "", amount: way.amount, shipping_option_id: way.id }] : [],
  }
}

test("the total is the articles and the chosen way, whichever the cart had before", () => {
  assert.deepEqual(amountsWith(cart(), express), { shipping: 12, taxes: 0, total: 170 })
  assert.deepEqual(amountsWith(cart({ way: standard }), express), { shipping: 12, taxes: 0, total: 170 })
  assert.deepEqual(amountsWith(cart({ way: standard }), standard), { shipping: 5, taxes: 0, total: 163 })
})

test("the taxes of one way tell those of another", () => {
  const taxed = cart({ way: standard, taxPercent: 10 })
  assert.deepEqual(amountsWith(taxed, standard), { shipping: 5, taxes: 16.3, total: 179.3 })
  assert.deepEqual(amountsWith(taxed, express), { shipping: 12, taxes: 17, total: 187 })
})

test("prices that include the taxes stay what they are", () => {
  const inclusive = { ...cart({ way: standard }), shipping_subtotal: 4, shipping_tax_total: 1, tax_total: 30 }
  const { shipping, taxes, total } = amountsWith(inclusive, express)
  assert.deepEqual([shipping.toFixed(2), taxes.toFixed(2), total], ["9.60", "31.40", 170])
})

test("what was seen is agreed, for each way of shipping", () => {
  for (const taxPercent of [0, 7.25]) {
    const agreement = agreementOf(cart({ way: standard, taxPercent }), [standard, express])
    assert.ok(isAgreed(agreement, cart({ way: standard, taxPercent }), standard.id))
    assert.ok(isAgreed(agreement, cart({ way: express, taxPercent }), express.id))
  }
})

test("a tax that was not shown is not agreed", () => {
  const agreement = agreementOf(cart(), [standard, express])
  assert.ok(!isAgreed(agreement, cart({ way: standard, taxPercent: 6 }), standard.id))
})

test("other articles at the same total are not agreed", () => {
  const other = cart({ way: standard })
  const items = other.items.map((item) => ({ ...item, variant_id: "variant_b" }))
  assert.ok(!isAgreed(agreementOf(cart(), [standard]), { ...other, items }, standard.id))
})

test("a way of shipping that was not offered, or no agreement, is not agreed", () => {
  assert.ok(!isAgreed(agreementOf(cart(), [standard]), cart({ way: express }), express.id))
  assert.ok(!isAgreed("", cart({ way: standard }), standard.id))
})
