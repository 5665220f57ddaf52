/** What is shown for an address that leads nowhere. */
import type { Context } from "hono"
import { Message } from "../components/message.tsx"
import type { Env } from "../server/headers.ts"
import { showPlainPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"

/** Needs no backend: a wrong address is no reason to ask it anything. */
export function notFound(
  c: Context<Env>,
  shop: Shop,
  sentence = "The page may have moved, or the product is no longer sold.",
): Promise<Response> {
  return showPlainPage(c, shop, {
    status: 404,
    title: "Not found",
    unlisted: true,
    body: (
      <Message
        heading="There is nothing here"
        sentence={sentence}
        ways={[
          { to: "/products", label: "See all products" },
          { to: "/search", label: "Search" },
        ]}
      />
    ),
  })
}
