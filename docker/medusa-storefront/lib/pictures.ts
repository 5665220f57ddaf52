/** Where a picture is shown from: always the shop's own host, which is all that its pages may load. */

export const PLACEHOLDER = "/images/placeholder.svg"

/** Where Medusa's own file store says its uploads are, whatever the shop is called. */
const LOCAL = ["localhost", "127.0.0.1"]
const UPLOADS = "/static/"

/**
 * @param address what the owner or Medusa put down: a path, an address, or nothing
 * @param ownHosts names under which the shop and its backend are reached, ports included
 * @returns a path of this host; the placeholder for a picture that lives on another site
 */
export function pictureAt(address: string | null, ownHosts: string[]): string {
  if (!address) return PLACEHOLDER
  if (address.startsWith("/") && !address.startsWith("//")) return address
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return PLACEHOLDER
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return PLACEHOLDER
  const isUpload = LOCAL.includes(url.hostname) && url.pathname.startsWith(UPLOADS)
  return isUpload || ownHosts.includes(url.host) ? url.pathname + url.search : PLACEHOLDER
}

/**
 * The picture of one value of an option, such as a colour, if there is one beside the main one.
 *
 * @param main the product's picture, `/images/products/linen-shirt.svg`
 * @param known every path that exists
 */
export function pictureOfValue(main: string, value: string, known: ReadonlySet<string>): string | null {
  const slug = value.toLowerCase().replace(/[^a-z0-9]+/g, "-")
  const path = main.replace(/\.svg$/, `-${slug}.svg`)
  return path !== main && known.has(path) ? path : null
}
