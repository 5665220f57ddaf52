import assert from "node:assert/strict"
import test from "node:test"
import { pictureAt, pictureOfValue, PLACEHOLDER } from "../lib/pictures.ts"

const own = ["shop.example", "medusa:9000"]

test("a path is a picture of this host", () =>
  assert.equal(pictureAt("/images/products/mug.svg", own), "/images/products/mug.svg"))

test("an address of the shop or its backend becomes a path", () => {
  assert.equal(pictureAt("https://shop.example/static/a.jpg?v=1", own), "/static/a.jpg?v=1")
  assert.equal(pictureAt("http://medusa:9000/static/a.jpg", own), "/static/a.jpg")
})

test("an upload is found although the backend does not know its own name", () => {
  assert.equal(pictureAt("http://localhost:9000/static/a.jpg", own), "/static/a.jpg")
  assert.equal(pictureAt("http://localhost:9000/secret", own), PLACEHOLDER)
})

test("nothing, another site, or what is no address shows the placeholder", () => {
  for (const address of [
    null,
    "",
    "https://cdn.example/a.jpg",
    "//cdn.example/a.jpg",
    "a.jpg",
    "data:image/png,x",
  ])
    assert.equal(pictureAt(address, own), PLACEHOLDER, String(address))
})

test("a value has a picture of its own only where there is such a file", () => {
  const known = new Set(["/images/products/mug-white.svg", "/images/products/mug-dark-blue.svg"])
  const main = "/images/products/mug.svg"
  assert.equal(pictureOfValue(main, "White", known), "/images/products/mug-white.svg")
  assert.equal(pictureOfValue(main, "Dark Blue", known), "/images/products/mug-dark-blue.svg")
  assert.equal(pictureOfValue(main, "Green", known), null)
  assert.equal(pictureOfValue("/static/mug.jpg", "White", known), null)
})
