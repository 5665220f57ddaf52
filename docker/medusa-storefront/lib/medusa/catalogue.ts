/** What the shop sells, remembered for a few seconds. */
import type { Fresh } from "../fresh.ts"
import { BackendAway, type Api } from "./api.ts"
import type { Collection, Page, Product, Region } from "./types.ts"

export const PAGE_SIZE = 24

const REGION_FIELDS = "id,currency_code,countries.iso_2,countries.display_name"
const PRODUCT_FIELDS = [
  "id,title,handle,subtitle,description,thumbnail,collection.handle,collection.title,images.url",
  "options.id,options.title,options.values.id,options.values.value",
  "variants.id,variants.title,variants.manage_inventory,variants.allow_backorder",
  "variants.inventory_quantity,variants.options.id,variants.options.value",
  "*variants.calculated_price",
].join()

export type Catalogue = ReturnType<typeof openCatalogue>

export function openCatalogue(api: Api, fresh: Fresh) {
  const region = () =>
    fresh.get("region", async () => {
      const query = { fields: REGION_FIELDS, order: "created_at", limit: 1 }
      const { regions } = await api.get<{ regions: Region[] }>("/store/regions", query)
      if (!regions[0]) throw new BackendAway("the shop has no region; add one in its admin")
      return regions[0]
    })

  async function list(query: Record<string, string | number>): Promise<Page<Product>> {
    const { id } = await region()
    const { products, count } = await api.get<{ products: Product[]; count: number }>("/store/products", {
      ...query,
      region_id: id,
      fields: PRODUCT_FIELDS,
    })
    return { items: products, count }
  }

  const paged = (page: number) => ({
    limit: PAGE_SIZE,
    offset: (page - 1) * PAGE_SIZE,
    order: "created_at",
  })

  return {
    region,

    collections: () =>
      fresh.get("collections", async () => {
        const query = { fields: "id,handle,title", order: "created_at", limit: 12 }
        const answer = await api.get<{ collections: Collection[] }>("/store/collections", query)
        return answer.collections
      }),

    /** @param page counted from 1 */
    products: (page: number, collection?: Collection) =>
      fresh.get(`products ${collection?.id ?? ""} ${page}`, () =>
        list({ ...paged(page), ...(collection ? { "collection_id[]": collection.id } : {}) }),
      ),

    product: (handle: string): Promise<Product | null> =>
      fresh.get(`product ${handle}`, async () => (await list({ handle, limit: 1 })).items[0] ?? null),

    /** Not remembered: shoppers' words would push the pages out that everybody asks for. */
    search: (words: string, page: number) => list({ ...paged(page), q: words }),

    /** To be called when stock has changed. */
    forget: fresh.forget,
  }
}
