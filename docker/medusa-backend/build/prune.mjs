/**
 * Removes from a built server what only building the admin needs, then source maps, typings
 * and docs: some 360 of 450 MB. Usage: node prune.mjs FOLDER
 *
 * What is not removed stays as it is, but for empty folders that migrating would make.
 */
import fs from "node:fs"
import path from "node:path"

const root = process.argv[2]
const installed = JSON.parse(fs.readFileSync(path.join(root, "node_modules/.package-lock.json"))).packages
const wanted = Object.keys(JSON.parse(fs.readFileSync(path.join(root, "package.json"))).dependencies)

/** Dependencies that are not followed, by the package that names them; "*" for all of them. */
const NOT_AT_RUN_TIME = {
  "@medusajs/admin-bundler": [
    "@medusajs/admin-vite-plugin",
    "@medusajs/dashboard",
    "@vitejs/plugin-react",
    "autoprefixer",
    "postcss",
    "tailwindcss",
    "vite",
  ],
  "@medusajs/medusa": ["@swc/core", "react-dom", "yalc"],
  "@jercle/yargonaut": "*",
  "@medusajs/admin-sdk": "*",
  "@medusajs/admin-shared": "*",
  "@medusajs/draft-order": "*",
}
const JUNK = /\.(map|flow|md|markdown|tsx|mts|cts|ts|tsbuildinfo)$|^(CHANGELOG|README|HISTORY)(\..*)?$/i

/** Where node finds `name` when the package at `from` asks for it. */
function resolve(from, name) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf("node_modules/") - 1))) {
    const candidate = `${place ? `${place}/` : ""}node_modules/${name}`
    if (installed[candidate]) return candidate
    if (!place) return undefined
  }
}

function needs(place) {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } =
    installed[place]
  const cut = NOT_AT_RUN_TIME[place.split("node_modules/").pop()]
  if (cut === "*") return []
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers].filter(
    (name) => !cut?.includes(name)
  )
}

const kept = new Set()
const open = wanted.map((name) => resolve("", name))
while (open.length) {
  const place = open.pop()
  if (!place || kept.has(place)) continue
  kept.add(place)
  open.push(...needs(place).map((name) => resolve(place, name)))
}
for (const place of Object.keys(installed))
  if (!kept.has(place)) fs.rmSync(path.join(root, place), { recursive: true, force: true })
for (const entry of fs.readdirSync(path.join(root, "node_modules"), { recursive: true, withFileTypes: true }))
  if (entry.isFile() && JUNK.test(entry.name)) fs.rmSync(path.join(entry.parentPath ?? entry.path, entry.name))
// the migrator makes a missing one, which it may not do in a read-only image
const medusa = path.join(root, "node_modules/@medusajs")
for (const name of fs.readdirSync(medusa))
  if (fs.existsSync(path.join(medusa, name, "dist")))
    fs.mkdirSync(path.join(medusa, name, "dist/migrations"), { recursive: true })
console.log(`${kept.size} packages kept`)
