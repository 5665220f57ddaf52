/** Products as cards, and the links to the rest of a long list. */
import type { FC } from "hono/jsx"
import { canBeHad } from "../lib/choices.ts"
import { PAGE_SIZE } from "../lib/medusa/catalogue.ts"
import type { Page, Product } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"
import { PriceRange } from "./price.tsx"

/** The first row is on the screen at once; the rest loads when it comes near. */
const EAGER = 4

export const ProductGrid: FC<{ products: Product[]; view: View; headingLevel: 2 | 3 }> = ({
  products,
  view,
  headingLevel,
}) => (
  <ul class="grid">
    {products.map((product, position) => (
      <li>
        <ProductCard {...{ product, view, headingLevel }} eager={position < EAGER} />
      </li>
    ))}
  </ul>
)

type Card = { product: Product; view: View; headingLevel: 2 | 3; eager: boolean }

const ProductCard: FC<Card> = ({ product, view, headingLevel, eager }) => {
  const Heading = headingLevel === 2 ? "h2" : "h3"
  const isSoldOut = !product.variants.some(canBeHad)
  return (
    <article class="card">
      <a class="card-link" href={`/products/${product.handle}`}>
        <span class="picture">
          <img
            src={view.picture(product.thumbnail)}
            alt=""
            width="800"
            height="1000"
            loading={eager ? "eager" : "lazy"}
          />
          {isSoldOut ? <span class="badge">Sold out</span> : null}
        </span>
        <Heading class="card-title">{product.title}</Heading>
      </a>
      <p class="card-facts">
        <PriceRange variants={product.variants} view={view} />
        <span class="card-choice">{choiceOf(product)}</span>
      </p>
    </article>
  )
}

/** The first option that leaves a choice, in a few words: "Sand, Indigo". */
function choiceOf({ options }: Product): string {
  const option = options.find(({ values }) => values.length > 1)
  if (!option) return ""
  const values = option.values.map(({ value }) => value)
  return values.length > 3 ? `${values.length} × ${option.title}` : values.join(", ")
}

type Pages = { page: number; list: Page<unknown>; addressOf: (page: number) => string }

export const PageLinks: FC<Pages> = ({ page, list, addressOf }) => {
  const last = Math.ceil(list.count / PAGE_SIZE)
  if (last <= 1) return null
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? (
        <a class="button-quiet" rel="prev" href={addressOf(page - 1)}>
          Previous
        </a>
      ) : null}
      <span>
        Page {page} of {last}
      </span>
      {page < last ? (
        <a class="button-quiet" rel="next" href={addressOf(page + 1)}>
          Next
        </a>
      ) : null}
    </nav>
  )
}
