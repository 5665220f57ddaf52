/** The shop's settings out of the environment; a wrong one stops the start with a sentence. */
export class SettingError extends Error {
  override name = "SettingError"
}

export type Settings = {
  storeName: string
  backendUrl: string
  publishableKey: string
  cookieSecure: boolean
  port: number
  /** Unset: every address. HOSTNAME would not do, for container runtimes set it themselves. */
  listenAddress: string | undefined
}

type Environment = Record<string, string | undefined>

export function readSettings(env: Environment): Settings {
  return {
    storeName: env.STORE_NAME?.trim() || "Shop",
    backendUrl: httpAddress(env, "MEDUSA_BACKEND_URL"),
    publishableKey: required(env, "PUBLISHABLE_KEY"),
    cookieSecure: truth(env, "COOKIE_SECURE"),
    port: portNumber(env, "PORT", 8000),
    listenAddress: env.LISTEN_ADDRESS || undefined,
  }
}

function required(env: Environment, name: string): string {
  const value = env[name]
  if (!value) throw new SettingError(`${name} is not set; the shop cannot reach its backend without it.`)
  return value
}

function httpAddress(env: Environment, name: string): string {
  const value = required(env, name)
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new SettingError(`${name} is "${value}"; it must be an address such as http://medusa:9000.`)
  return value
}

function truth(env: Environment, name: string): boolean {
  const value = env[name] ?? "false"
  if (value !== "true" && value !== "false")
    throw new SettingError(`${name} is "${value}"; it must be true or false.`)
  return value === "true"
}

function portNumber(env: Environment, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback)
  if (!Number.isInteger(value) || value < 1 || value > 65535)
    throw new SettingError(`${name} is "${env[name]}"; it must be a number from 1 to 65535.`)
  return value
}
