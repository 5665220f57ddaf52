/** Pictures that the owner uploads lie with the backend, under a path that leads to the shop. */
import type { Handler } from "hono"
import { BackendAway } from "../lib/medusa/api.ts"
import type { Env } from "./headers.ts"
import type { Shop } from "./shop.ts"

const FOLDER = "/static/"
const TIMEOUT_MS = 10_000
const PASSED_ON = ["content-type", "content-length", "etag", "last-modified"]

export const serveUpload =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const { pathname } = new URL(c.req.url)
    if (!pathname.startsWith(FOLDER)) return c.notFound()
    const address = new URL(pathname, shop.settings.backendUrl)
    const answer = await fetch(address, {
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), shop.closing]),
    }).catch((error: unknown) => {
      throw new BackendAway(`picture ${pathname}`, { cause: error })
    })
    if (!answer.ok || !answer.body || !answer.headers.get("content-type")?.startsWith("image/")) {
      await answer.body?.cancel()
      return c.notFound()
    }
    for (const name of PASSED_ON) {
      const value = answer.headers.get(name)
      if (value) c.header(name, value)
    }
    c.header("Cache-Control", "public, max-age=3600")
    return c.body(answer.body)
  }
