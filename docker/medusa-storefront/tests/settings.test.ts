import assert from "node:assert/strict"
import test from "node:test"
import { readSettings, SettingError } from "../server/settings.ts"

const env = { MEDUSA_BACKEND_URL: "http://medusa:9000", PUBLISHABLE_KEY: "pk_1" }

test("what is not given has a default", () => {
  const settings = readSettings(env)
  assert.deepEqual([settings.storeName, settings.port, settings.cookieSecure], ["Shop", 8000, false])
})

const wrong: [string, string | undefined][] = [
  ["MEDUSA_BACKEND_URL", undefined],
  ["MEDUSA_BACKEND_URL", "medusa:9000"],
  ["PUBLISHABLE_KEY", ""],
  ["PORT", "eighty"],
  ["PORT", "70000"],
  ["COOKIE_SECURE", "yes"],
]
for (const [name, value] of wrong)
  test(`${name}=${value} is refused by name`, () =>
    assert.throws(
      () => readSettings({ ...env, [name]: value }),
      (error) => error instanceof SettingError && error.message.includes(name),
    ))
