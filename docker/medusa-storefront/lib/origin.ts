/** Whether a form was posted by one of the shop's own pages. */

/** @param header reads a request header by its lower-case name */
export function isOwnForm(header: (name: string) => string | undefined): boolean {
  const site = header("sec-fetch-site")
  if (site) return site === "same-origin" || site === "none"
  const sender = header("origin") ?? header("referer")
  // Programs send neither; every browser does, and keeps the cart's cookie to itself besides.
  if (sender === undefined) return true
  const host = hostOf(sender)
  return host !== null && ownHosts(header).includes(host)
}

/** The names under which this request reached the shop, behind an ingress or not. */
export function ownHosts(header: (name: string) => string | undefined): string[] {
  const forwarded = header("x-forwarded-host")?.split(",")[0]?.trim()
  return [forwarded, header("host")].flatMap((host) => (host ? [withoutDefaultPort(host)] : []))
}

function hostOf(address: string): string | null {
  try {
    return withoutDefaultPort(new URL(address).host)
  } catch {
    return null
  }
}

const withoutDefaultPort = (host: string): string => host.toLowerCase().replace(/:(80|443)$/, "")
