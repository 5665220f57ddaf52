import assert from "node:assert/strict"
import test from "node:test"
import { shortagesOf } from "../lib/shortages.ts"
import { shirt } from "./shirts.ts"

const article = (variant: string, quantity: number) => ({
  variant_id: `variant_${variant.replace(" / ", "_")}`,
  product_title: "Shirt",
  variant_title: variant,
  quantity,
})

test("what there is enough of is not mentioned", () =>
  assert.deepEqual(shortagesOf([article("Sand / M", 3), article("Sand / L", 1)], [shirt]), []))

test("what there is too little of, nothing of, or no longer is", () => {
  const articles = [article("Sand / M", 4), article("Sand / S", 1), article("Green / S", 1)]
  assert.deepEqual(shortagesOf(articles, [shirt, null]), [
    "Only 3 left of Shirt (Sand / M).",
    "Shirt (Sand / S) has just sold out.",
    "Shirt (Green / S) has just sold out.",
  ])
})
