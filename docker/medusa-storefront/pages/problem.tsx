/** What is shown when the shop cannot do what it was asked. */
import type { Context } from "hono"
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { BackSoonSign, Message } from "../components/message.tsx"
import type { Env } from "../server/headers.ts"
import { showPlainPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"

/** A backend that restarts is back within some seconds. */
const RETRY_AFTER_S = 5

const FRONT_PAGE = { to: "/", label: "To the front page" }

/** The backend does not answer. */
export function away(c: Context<Env>, shop: Shop): Promise<Response> {
  c.header("Retry-After", String(RETRY_AFTER_S))
  const sentence =
    c.req.method === "POST"
      ? "What you just did may not have arrived. Your cart is safe, and trying again never places an order twice."
      : `${shop.name} is taking a short break. Nothing is lost: your cart is kept.`
  return showPlainPage(c, shop, {
    status: 503,
    title: "Back in a moment",
    unlisted: true,
    body: (
      <Message
        heading="We’ll be back in a moment"
        sentence={sentence}
        ways={[{ to: retryAddress(c), label: "Try again" }]}
        picture={<BackSoonSign />}
      />
    ),
  })
}

/** After a form: the page that the form was on. */
function retryAddress(c: Context<Env>): string {
  const { pathname, search } = new URL(c.req.url)
  if (c.req.method !== "POST") return pathname + search
  return pathname.startsWith("/checkout") ? "/checkout" : "/cart"
}

/** A mistake of the shop's own. */
export function broken(c: Context<Env>, shop: Shop): Promise<Response> {
  return showPlainPage(c, shop, {
    status: 500,
    title: "Something went wrong",
    unlisted: true,
    body: (
      <Message
        heading="Something went wrong"
        sentence="This is our mistake, and it has been noted. Your cart is kept."
        ways={[FRONT_PAGE, { to: "/cart", label: "To the cart" }]}
      />
    ),
  })
}

/** A request that no browser makes by itself: too large, or not a form. */
export function unreadable(c: Context<Env>, shop: Shop, status: ContentfulStatusCode): Promise<Response> {
  return showPlainPage(c, shop, {
    status,
    title: "Not understood",
    unlisted: true,
    body: (
      <Message
        heading="We could not read that"
        sentence="What was sent is not one of this shop’s forms. Please go back and try again."
        ways={[FRONT_PAGE]}
      />
    ),
  })
}

/** A form that another site has posted. */
export function foreignForm(c: Context<Env>, shop: Shop): Promise<Response> {
  return showPlainPage(c, shop, {
    status: 403,
    title: "Not accepted",
    unlisted: true,
    body: (
      <Message
        heading="This came from another site"
        sentence={`For your safety ${shop.name} only takes forms that were filled in on its own pages.`}
        ways={[FRONT_PAGE]}
      />
    ),
  })
}
