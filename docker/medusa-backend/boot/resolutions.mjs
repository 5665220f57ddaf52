/**
 * Where `require` found each of Medusa's 6,000 files when the image was built. Looking there
 * at once, instead of asking the file system for every candidate again, takes a fifth off the
 * boot's CPU time. The files are in the image, beside the list, so it cannot be out of date;
 * what is not on it is looked for as usual.
 *
 * Node's `registerHooks` could do the same, but turns each path into a URL and back, which
 * costs a good part of what is gained.
 */
import fs from "node:fs"
import Module from "node:module"
import path from "node:path"

const LIST = path.join(path.dirname(import.meta.dirname), "resolutions.json")

const look = Module._resolveFilename

/** Resolve from the list from now on; as usual where there is none. */
export function useResolutions() {
  if (!fs.existsSync(LIST)) return
  const known = JSON.parse(fs.readFileSync(LIST, "utf8"))
  Module._resolveFilename = function (request, parent, isMain, options) {
    const found = options ? undefined : known[parent?.path]?.[request]
    return typeof found === "string" ? found : look.call(this, request, parent, isMain, options)
  }
}

/** Note what is resolved from now on. Returns a function that adds it to the list. */
export function recordResolutions() {
  const known = fs.existsSync(LIST) ? JSON.parse(fs.readFileSync(LIST, "utf8")) : {}
  Module._resolveFilename = function (request, parent, isMain, options) {
    const found = look.call(this, request, parent, isMain, options)
    // built-in modules have no path
    if (!options && parent?.path && path.isAbsolute(found)) (known[parent.path] ??= {})[request] = found
    return found
  }
  return () => fs.writeFileSync(LIST, JSON.stringify(known))
}
