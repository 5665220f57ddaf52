import assert from "node:assert/strict"
import test from "node:test"
import { isOwnForm, ownHosts } from "../lib/origin.ts"

const isOwn = (headers: Record<string, string>) => isOwnForm((name) => headers[name])

test("a form of the shop's own page is taken", () => {
  assert.ok(isOwn({ host: "a.localhost:8080", origin: "http://a.localhost:8080" }))
  assert.ok(isOwn({ host: "shop.example", origin: "https://shop.example" }))
  assert.ok(isOwn({ host: "shop.example:443", origin: "https://shop.example" }))
})

test("behind an ingress that has another name, the forwarded host counts", () => {
  const origin = "https://shop.example"
  assert.ok(isOwn({ host: "storefront:8000", "x-forwarded-host": "shop.example, proxy", origin }))
  assert.ok(!isOwn({ host: "storefront:8000", origin }))
})

test("a form of another site is refused", () => {
  assert.ok(!isOwn({ host: "a.localhost", origin: "http://b.localhost" }))
  assert.ok(!isOwn({ host: "a.localhost", origin: "http://a.localhost.evil.example" }))
  assert.ok(!isOwn({ host: "a.localhost:8080", origin: "http://a.localhost:9090" }))
  assert.ok(!isOwn({ host: "a.localhost", origin: "null" }))
  assert.ok(!isOwn({ host: "a.localhost", referer: "http://b.localhost/page" }))
})

test("the browser's own word counts most", () => {
  assert.ok(!isOwn({ host: "a.localhost", origin: "http://a.localhost", "sec-fetch-site": "cross-site" }))
  assert.ok(!isOwn({ host: "a.localhost", "sec-fetch-site": "same-site" }))
  assert.ok(isOwn({ host: "inner", origin: "http://a.localhost", "sec-fetch-site": "same-origin" }))
})

test("a program that sends neither is taken", () => assert.ok(isOwn({ host: "a.localhost" })))

test("hosts are compared without case and default port", () => {
  const headers: Record<string, string> = { host: "Shop.Example:80" }
  assert.deepEqual(
    ownHosts((name) => headers[name]),
    ["shop.example"],
  )
})
