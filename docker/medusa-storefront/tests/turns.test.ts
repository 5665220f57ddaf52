import assert from "node:assert/strict"
import test from "node:test"
import { inTurns } from "../server/turns.ts"

test("the second waits for the first, another key does not", async () => {
  const inTurn = inTurns()
  const events: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = inTurn("a", async () => {
    events.push("first begins")
    await gate.promise
    events.push("first ends")
  })
  const second = inTurn("a", async () => events.push("second"))
  await inTurn("b", async () => events.push("other"))
  gate.resolve()
  await Promise.all([first, second])
  assert.deepEqual(events, ["first begins", "other", "first ends", "second"])
})

test("a failure is the caller's own and holds nobody up", async () => {
  const inTurn = inTurns()
  await assert.rejects(
    inTurn("a", () => Promise.reject(new Error("no"))),
    /no/,
  )
  assert.equal(await inTurn("a", async () => "next"), "next")
})
