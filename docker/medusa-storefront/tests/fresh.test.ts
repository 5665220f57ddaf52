import assert from "node:assert/strict"
import test, { mock } from "node:test"
import { freshFor } from "../lib/fresh.ts"

function counter() {
  let count = 0
  return async () => ++count
}

test("what is asked for at the same time is loaded once", async () => {
  const fresh = freshFor({ ttlMs: 60_000, limit: 10 })
  const load = counter()
  assert.deepEqual(await Promise.all([fresh.get("a", load), fresh.get("a", load)]), [1, 1])
  assert.equal(await fresh.get("b", load), 2)
})

test("it is loaded again when it is old", async (t) => {
  let now = 0
  mock.method(performance, "now", () => now)
  t.after(() => mock.restoreAll())
  const fresh = freshFor({ ttlMs: 5000, limit: 10 })
  const load = counter()
  await fresh.get("a", load)
  now = 4999
  assert.equal(await fresh.get("a", load), 1)
  now = 5000
  assert.equal(await fresh.get("a", load), 2)
})

test("a failure is not remembered", async () => {
  const fresh = freshFor({ ttlMs: 60_000, limit: 10 })
  await assert.rejects(fresh.get("a", () => Promise.reject(new Error("away"))))
  assert.equal(await fresh.get("a", async () => "back"), "back")
})

test("the oldest goes when there are too many, and all go when told to", async () => {
  const fresh = freshFor({ ttlMs: 60_000, limit: 2 })
  const load = counter()
  for (const key of ["a", "b", "c"]) await fresh.get(key, load)
  assert.equal(await fresh.get("c", load), 3)
  assert.equal(await fresh.get("a", load), 4)
  fresh.forget()
  assert.equal(await fresh.get("c", load), 5)
})
