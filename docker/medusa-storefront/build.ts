/** Makes `dist/`: the server in one file, the style sheet with its fonts, and the pictures. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { brotliCompressSync } from "node:zlib"
import { build } from "esbuild"
import { pictures } from "./drawings/index.ts"

const root = import.meta.dirname
const dist = join(root, "dist")
const site = join(dist, "public")

rmSync(dist, { recursive: true, force: true })
drawPictures()
const { stylesheet, fonts } = await bundleStyles()
await bundleServer({ STYLESHEET: stylesheet, FONTS: fonts })
copyLicences()
compress()

function drawPictures(): void {
  for (const { path, svg } of pictures()) {
    mkdirSync(dirname(join(site, path)), { recursive: true })
    writeFileSync(join(site, path), svg)
  }
}

/** @returns the addresses of the sheet and of the fonts that every page uses */
async function bundleStyles(): Promise<{ stylesheet: string; fonts: string[] }> {
  const { metafile } = await build({
    entryPoints: [join(root, "styles", "shop.css")],
    outdir: join(site, "assets"),
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file" },
    bundle: true,
    minify: true,
    metafile: true,
    target: ["chrome111", "firefox113", "safari16.4"],
  })
  const outputs = Object.keys(metafile.outputs).map((file) => `/assets/${basename(file)}`)
  const stylesheet = outputs.find((file) => file.endsWith(".css"))
  const fonts = outputs.filter((file) => /-latin-(wght|400)-normal.*\.woff2$/.test(file))
  if (!stylesheet || fonts.length !== 2) throw new Error(`the styles came out as ${outputs.join(", ")}`)
  return { stylesheet, fonts }
}

async function bundleServer(values: Record<string, unknown>): Promise<void> {
  const define = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)])
  await build({
    entryPoints: [join(root, "server", "main.ts")],
    outfile: join(dist, "server.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    legalComments: "eof",
    define: Object.fromEntries(define),
  })
  writeFileSync(join(dist, "package.json"), JSON.stringify({ type: "module", private: true }))
}

/** Bundled code and fonts bring their licences along. */
function copyLicences(): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  for (const name of Object.keys(dependencies)) {
    const to = join(dist, "licences", `${name.replace(/[@/]+/g, "-").replace(/^-/, "")}.txt`)
    cpSync(join(root, "node_modules", name, "LICENSE"), to)
  }
}

function compress(): void {
  for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && /\.(css|svg|txt)$/.test(path))
      writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)))
  }
}
