/** Which articles of a cart there are not enough of, in words. */
import { stockOf } from "./choices.ts"
import type { LineItem, Product } from "./medusa/types.ts"

type Article = Pick<LineItem, "variant_id" | "product_title" | "variant_title" | "quantity">

/** @param products those that the articles belong to, as they are now; null for what is no longer sold */
export function shortagesOf(articles: Article[], products: (Pick<Product, "variants"> | null)[]): string[] {
  const variants = new Map(
    products.flatMap((product) => product?.variants ?? []).map((variant) => [variant.id, variant]),
  )
  return articles.flatMap(({ variant_id, product_title, variant_title, quantity }) => {
    const variant = variants.get(variant_id ?? "")
    const left = variant ? Math.max(0, stockOf(variant)) : 0
    if (left >= quantity) return []
    const name = variant_title ? `${product_title} (${variant_title})` : product_title
    return [left > 0 ? `Only ${left} left of ${name}.` : `${name} has just sold out.`]
  })
}
