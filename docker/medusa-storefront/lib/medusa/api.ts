/** Requests to Medusa's Store API and the two ways in which they fail. */

/** No usable answer: the backend cannot be reached, takes too long, or is broken itself. */
export class BackendAway extends Error {
  override name = "BackendAway"
}

/** The backend answered and will not do it; `message` is its own sentence. */
export class BackendRefusal extends Error {
  override name = "BackendRefusal"
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Api = {
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body: object, query?: Query): Promise<T>
  delete<T>(path: string, query?: Query): Promise<T>
}

export type Query = Record<string, string | number | undefined>

type Connection = { baseUrl: string; publishableKey: string; closing: AbortSignal }

/** Placing an order takes Medusa half a second, a page's data 100 ms; ten times that while it starts. */
const READ_TIMEOUT_MS = 8_000
const WRITE_TIMEOUT_MS = 20_000

export function connectApi({ baseUrl, publishableKey, closing }: Connection): Api {
  async function call<T>(method: string, path: string, query?: Query, body?: object): Promise<T> {
    const timeout = AbortSignal.timeout(method === "GET" ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS)
    const request: RequestInit = {
      method,
      signal: AbortSignal.any([timeout, closing]),
      headers: { "content-type": "application/json", "x-publishable-api-key": publishableKey },
    }
    if (body) request.body = JSON.stringify(body)
    const url = new URL(path, baseUrl)
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    try {
      const response = await fetch(url, request)
      const answer: unknown = await response.json()
      if (response.ok) return answer as T
      throw failure(response.status, answer)
    } catch (error) {
      if (error instanceof BackendRefusal || error instanceof BackendAway) throw error
      throw new BackendAway(`${method} ${path}: ${reason(error)}`, { cause: error })
    }
  }
  return {
    get: (path, query) => call("GET", path, query),
    post: (path, body, query) => call("POST", path, query, body),
    delete: (path, query) => call("DELETE", path, query),
  }
}

function failure(status: number, answer: unknown): Error {
  const { code, type, message } = (answer ?? {}) as Record<string, string | undefined>
  const sentence = message ?? `status ${status}`
  // A wrong publishable key is the operator's mistake: a shopper can do nothing about it.
  if (status >= 500 || status === 429 || /publishable/i.test(sentence))
    return new BackendAway(`the backend answers ${status}: ${sentence}`)
  return new BackendRefusal(status, code ?? type ?? "", sentence)
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause.message : ""
  return cause || error.message
}

/** The value, or null when the backend says that there is no such thing. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof BackendRefusal && error.status === 404) return null
    throw error
  }
}
