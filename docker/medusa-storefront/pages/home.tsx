/** The front page: what the shop is, its collections and its first products. */
import type { Handler } from "hono"
import type { FC } from "hono/jsx"
import { CashIcon, ParcelIcon, PersonIcon } from "../components/icons.tsx"
import { ProductGrid } from "../components/product-grid.tsx"
import type { View } from "../components/view.ts"
import type { Collection, Page, Product, Region } from "../lib/medusa/types.ts"
import type { Env } from "../server/headers.ts"
import { showPage } from "../server/page.tsx"
import type { Shop } from "../server/shop.ts"
import { viewFor } from "../server/view.ts"

export const home =
  (shop: Shop): Handler<Env> =>
  async (c) => {
    const [region, collections, products] = await Promise.all([
      shop.catalogue.region(),
      shop.catalogue.collections(),
      shop.catalogue.products(1),
    ])
    const view = viewFor(c, shop, region)
    return showPage(c, shop, {
      title: "",
      description: `${shop.name}: well-made things for every day. Pay when they arrive.`,
      body: (
        <>
          <Hero products={products.items} view={view} />
          <Promises region={region} />
          <Collections {...{ collections, view }} products={products.items} />
          <Everything {...{ products, view }} />
        </>
      ),
    })
  }

const Hero: FC<{ products: Product[]; view: View }> = ({ products, view }) => (
  <section class="hero">
    <div class="hero-words">
      <h1>Well-made things for every day</h1>
      <p>
        Few products, chosen with care, made to be used for years. Order in a minute, pay when it arrives.
      </p>
      <a class="button" href="/products">
        Shop all
      </a>
    </div>
    <div class="hero-pictures">
      {heroProducts(products).map(({ handle, title, thumbnail }) => (
        <a class="picture" href={`/products/${handle}`}>
          <img src={view.picture(thumbnail)} alt={title} width="800" height="1000" fetchpriority="high" />
        </a>
      ))}
    </div>
  </section>
)

/** Three that lie far apart in the list, so that they are of different kinds. */
function heroProducts(products: Product[]): Product[] {
  const step = Math.max(1, Math.floor(products.length / 3))
  return products.filter((_, index) => index % step === 0).slice(0, 3)
}

const Promises: FC<{ region: Region }> = ({ region: { countries } }) => (
  <ul class="promises" aria-label="How we sell">
    <li>
      <CashIcon />
      <span>
        <strong>Cash on delivery</strong> You pay at your door.
      </span>
    </li>
    <li>
      <PersonIcon />
      <span>
        <strong>No account</strong> Your address is all we ask for.
      </span>
    </li>
    <li>
      <ParcelIcon />
      <span>
        <strong>Delivered to you</strong>{" "}
        {countries.length === 1
          ? `We ship to: ${countries[0]?.display_name}.`
          : `We ship to ${countries.length} countries.`}
      </span>
    </li>
  </ul>
)

const Collections: FC<{ collections: Collection[]; products: Product[]; view: View }> = ({
  collections,
  products,
  view,
}) => {
  const shown = collections.flatMap((collection) => {
    const within = products.filter((product) => product.collection?.handle === collection.handle)
    return within.length > 0 ? [{ collection, within }] : []
  })
  if (shown.length === 0) return null
  return (
    <section aria-labelledby="collections">
      <h2 id="collections" class="section-title">
        Collections
      </h2>
      <ul class="collections">
        {shown.map(({ collection, within }) => (
          <li>
            <a class="collection" href={`/collections/${collection.handle}`}>
              <span class="collection-pictures" aria-hidden="true">
                {within.slice(0, 3).map(({ thumbnail }) => (
                  <img src={view.picture(thumbnail)} alt="" width="800" height="1000" loading="lazy" />
                ))}
              </span>
              <h3>{collection.title}</h3>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

const Everything: FC<{ products: Page<Product>; view: View }> = ({ products: { items, count }, view }) => (
  <section aria-labelledby="products">
    <div class="section-head">
      <h2 id="products" class="section-title">
        In the shop
      </h2>
      {count > items.length ? <a href="/products?page=2">More of {count} products</a> : null}
    </div>
    {items.length > 0 ? (
      <ProductGrid products={items} view={view} headingLevel={3} />
    ) : (
      <p class="empty">The shelves are being filled. Look in again soon.</p>
    )}
  </section>
)
