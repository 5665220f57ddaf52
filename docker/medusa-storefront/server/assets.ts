/** Pictures, fonts and the style sheet: few and small, so they are served from memory. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import type { MiddlewareHandler } from "hono"
import { createMiddleware } from "hono/factory"

type File = {
  type: string
  etag: string
  plain: Uint8Array<ArrayBuffer>
  brotli?: Uint8Array<ArrayBuffer>
}

/** Files by the path under which they are served. */
export type Assets = ReadonlyMap<string, File>

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  woff2: "font/woff2",
}
const BROTLI = ".br"

/** Names under /assets/ carry a hash of what is in them. */
const FOREVER = "public, max-age=31536000, immutable"
const ONE_HOUR = "public, max-age=3600"

/** @param folder a folder of which everything is served */
export function loadAssets(folder: string): Assets {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const compressed = new Set(names.filter((name) => name.endsWith(BROTLI)))
  const files = new Map<string, File>()
  for (const name of names) {
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)]
    if (!type) continue
    const plain = new Uint8Array(readFileSync(join(folder, name)))
    const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 16)}"`
    const file: File = { type, etag, plain }
    if (compressed.has(name + BROTLI)) file.brotli = new Uint8Array(readFileSync(join(folder, name + BROTLI)))
    files.set(`/${name}`, file)
  }
  return files
}

export const serveAssets = (files: Assets): MiddlewareHandler =>
  createMiddleware(async (c, next) => {
    const file = files.get(c.req.path)
    if (!file) return next()
    c.header("Cache-Control", c.req.path.startsWith("/assets/") ? FOREVER : ONE_HOUR)
    c.header("ETag", file.etag)
    if (c.req.header("if-none-match") === file.etag) return c.body(null, 304)
    c.header("Content-Type", file.type)
    if (!file.brotli) return c.body(file.plain)
    c.header("Vary", "Accept-Encoding")
    if (!/\bbr\b/.test(c.req.header("accept-encoding") ?? "")) return c.body(file.plain)
    c.header("Content-Encoding", "br")
    return c.body(file.brotli)
  })
