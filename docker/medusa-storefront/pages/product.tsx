/** One product: pictures, price, choice of variant, and the way into the cart. */
import type { Handler } from "hono"
import type { FC } from "hono/jsx"
import { Notice } from "../components/notice.tsx"
import { OptionPicker } from "../components/option-picker.tsx"
import { Price } from "../components/price.tsx"
import { ProductGrid } from "../components/product-grid.tsx"
import { ProductPictures, valuePictures } from "../components/product-pictures.tsx"
import type { View } from "../components/view.ts"
import { choiceStyles, offersOf, type Offer } from "../lib/choice-styles.ts"
import { choose, combinationsOf, stockOf, type Availability, type Combination } from "../lib/choices.ts"
import type { Product } from "../lib/medusa/types.ts"
import { newNonce, type Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"
import { notFound } from "./not-found.tsx"

export const MOST_OF_ONE = 99

/** What kept a product out of the cart; the page says it when the address asks. */
export const PROBLEMS = ["sold-out", "stock", "quantity"] as const
export type Problem = (typeof PROBLEMS)[number]

const RELATED = 4

export const product =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const found = await shop.catalogue.product(c.req.param("handle") ?? "")
    if (!found) return notFound(c, shop)
    const [region, related] = await Promise.all([shop.catalogue.region(), relatedTo(shop, found)])
    const view = viewFor(c, shop, region)
    const chosen = choose(found, new Map(Object.entries(c.req.query())))
    const ofValues = valuePictures(found, view)
    const problem = PROBLEMS.find((known) => known === c.req.query("problem"))
    return showPage(c, shop, {
      title: found.title,
      description: found.description ?? undefined,
      styles: { nonce: newNonce(), sheet: choiceStyles(combinationsOf(found), ofValues) },
      body: (
        <>
          <Breadcrumb product={found} />
          <section class="product">
            <ProductPictures {...{ product: found, chosen, ofValues, view }} />
            <Purchase {...{ product: found, chosen, view, problem }} />
          </section>
          {related.length > 0 ? (
            <section aria-labelledby="related">
              <h2 id="related" class="section-title">
                Goes well with
              </h2>
              <ProductGrid products={related} view={view} headingLevel={3} />
            </section>
          ) : null}
        </>
      ),
    })
  }

/** Others of its collection first. */
async function relatedTo(shop: Shop, { id, collection }: Product): Promise<Product[]> {
  const collections = await shop.catalogue.collections()
  const own = collections.find(({ handle }) => handle === collection?.handle)
  const lists = await Promise.all([own ? shop.catalogue.products(1, own) : null, shop.catalogue.products(1)])
  const others = lists.flatMap((list) => list?.items ?? []).filter((other) => other.id !== id)
  return [...new Map(others.map((other) => [other.id, other])).values()].slice(0, RELATED)
}

const Breadcrumb: FC<{ product: Product }> = ({ product: { title, collection } }) => (
  <nav class="breadcrumb" aria-label="Breadcrumb">
    <ol>
      <li>
        <a href="/products">Shop</a>
      </li>
      {collection ? (
        <li>
          <a href={`/collections/${collection.handle}`}>{collection.title}</a>
        </li>
      ) : null}
      <li aria-current="page">{title}</li>
    </ol>
  </nav>
)

type PurchaseProps = {
  product: Product
  chosen: Combination
  view: View
  problem: Problem | undefined
}

const Purchase: FC<PurchaseProps> = ({ product, chosen, view, problem }) => (
  <div class="purchase">
    {product.subtitle ? <p class="eyebrow">{product.subtitle}</p> : null}
    <h1>{product.title}</h1>
    <form id="buy" method="post" action="/cart/lines">
      <input type="hidden" name="handle" value={product.handle} />
      <Offers offers={offersOf(combinationsOf(product))} chosen={chosen} view={view} />
      {problem ? <Notice kind="problem">{sentenceFor(problem, chosen)}</Notice> : null}
      <OptionPicker product={product} chosen={chosen} view={view} />
      <div class="into-cart">
        <label for="quantity">Quantity</label>
        <input
          id="quantity"
          name="quantity"
          type="number"
          inputmode="numeric"
          min="1"
          max={MOST_OF_ONE}
          value="1"
          required
        />
        <button class="button add">Add to cart</button>
        <button class="button-quiet check" formmethod="get" formaction={`/products/${product.handle}`}>
          Check price and stock
        </button>
      </div>
    </form>
    <Description text={product.description} />
    <details class="facts">
      <summary>Delivery and payment</summary>
      <p>You choose how it is shipped at the checkout, and pay in cash when it is handed to you.</p>
    </details>
  </div>
)

const Offers: FC<{ offers: Offer[]; chosen: Combination; view: View }> = ({ offers, chosen, view }) => (
  <div class="offers" aria-live="polite">
    {offers.map((offer, position) => {
      const isChosen = offer.combinations.some(({ indexes }) => String(indexes) === String(chosen.indexes))
      return (
        <div class={isChosen ? "offer chosen" : "offer"} data-offer={position}>
          {offer.price === null ? null : (
            <Price amount={offer.price} before={offer.originalPrice} view={view} />
          )}
          <Stock availability={offer.availability} />
        </div>
      )
    })}
  </div>
)

const Stock: FC<{ availability: Availability }> = ({ availability }) => {
  switch (availability.kind) {
    case "available":
      return <p class="stock">In stock</p>
    case "few":
      return <p class="stock stock-few">Only {availability.left} left</p>
    case "sold out":
      return <p class="stock stock-none">Sold out</p>
    case "not made":
      return <p class="stock stock-none">Not made in this combination</p>
  }
}

const Description: FC<{ text: string | null }> = ({ text }) => (
  <div class="description">
    {(text ?? "")
      .split(/\n+/)
      .filter(Boolean)
      .map((paragraph) => (
        <p>{paragraph}</p>
      ))}
  </div>
)

function sentenceFor(problem: Problem, { variant }: Combination): string {
  switch (problem) {
    case "sold-out":
      return "This combination cannot be had at the moment. Choose another one."
    case "stock": {
      const left = variant ? stockOf(variant) : Infinity
      return Number.isFinite(left)
        ? `We have ${left} of these, those in your cart included.`
        : "We do not have that many of these."
    }
    case "quantity":
      return `Enter a quantity from 1 to ${MOST_OF_ONE}.`
  }
}
