/**
 * Fills a freshly migrated database with a shop that can sell: one region, flat-rate
 * shipping, cash on delivery, and the catalogue. Runs once, when the image is built.
 */
import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules, ProductStatus } from "@medusajs/framework/utils"
import {
  createCollectionsWorkflow,
  createInventoryLevelsWorkflow,
  createProductsWorkflow,
  createRegionsWorkflow,
  createShippingOptionsWorkflow,
  createStockLocationsWorkflow,
  createTaxRegionsWorkflow,
  linkSalesChannelsToStockLocationWorkflow,
  updateStoresWorkflow,
} from "@medusajs/medusa/core-flows"
import { collections, combinations, products } from "./catalogue"

/** Replaced by each store's own at its first start; see boot/personalise.mjs. */
const CURRENCY = "usd"
const COUNTRY = "us"
const STOCK = 100
const SHIPPING = [
  { name: "Standard", code: "standard", description: "Arrives in 3 to 5 days.", amount: 5 },
  { name: "Express", code: "express", description: "Arrives tomorrow.", amount: 12 },
]

export default async function seed({ container }: { container: MedusaContainer }) {
  const channel = await salesChannel(container)
  const location = await warehouse(container, channel)
  await sellTo(container, { channel, location })
  const profile = await shipping(container, location)
  await catalogue(container, { channel, profile, location })
}

/** Migrating made the channel and the key that leads to it, whose token each store replaces. */
async function salesChannel(container: MedusaContainer): Promise<string> {
  const channels = container.resolve(Modules.SALES_CHANNEL)
  const keys = container.resolve(Modules.API_KEY)
  const [channel] = await channels.listSalesChannels({})
  const [key] = await keys.listApiKeys({ type: "publishable" })
  await channels.updateSalesChannels(channel.id, { name: "Storefront" })
  await keys.updateApiKeys(key.id, { title: "Storefront" })
  return channel.id
}

async function warehouse(container: MedusaContainer, channel: string): Promise<string> {
  const { result } = await createStockLocationsWorkflow(container).run({
    input: {
      locations: [
        {
          name: "Warehouse",
          address: { address_1: "Warehouse", country_code: COUNTRY },
        },
      ],
    },
  })
  const location = result[0].id
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: location },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
  })
  await linkSalesChannelsToStockLocationWorkflow(container).run({
    input: { id: location, add: [channel] },
  })
  return location
}

async function sellTo(
  container: MedusaContainer,
  { channel, location }: { channel: string; location: string }
) {
  const { result: regions } = await createRegionsWorkflow(container).run({
    input: {
      regions: [
        {
          name: "Home market",
          currency_code: CURRENCY,
          countries: [COUNTRY],
          payment_providers: ["pp_system_default"],
        },
      ],
    },
  })
  await createTaxRegionsWorkflow(container).run({
    input: [{ country_code: COUNTRY, provider_id: "tp_system" }],
  })
  const [store] = await container.resolve(Modules.STORE).listStores()
  await updateStoresWorkflow(container).run({
    input: {
      selector: { id: store.id },
      update: {
        supported_currencies: [{ currency_code: CURRENCY, is_default: true }],
        default_sales_channel_id: channel,
        default_location_id: location,
        default_region_id: regions[0].id,
      },
    },
  })
}

async function shipping(container: MedusaContainer, location: string): Promise<string> {
  const fulfillment = container.resolve(Modules.FULFILLMENT)
  const [profile] = await fulfillment.listShippingProfiles({ type: "default" })
  const set = await fulfillment.createFulfillmentSets({
    name: "Shipping",
    type: "shipping",
    service_zones: [
      { name: "Home market", geo_zones: [{ country_code: COUNTRY, type: "country" as const }] },
    ],
  })
  await container.resolve(ContainerRegistrationKeys.LINK).create({
    [Modules.STOCK_LOCATION]: { stock_location_id: location },
    [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
  })
  // one by one: customers see them in the order in which they were made
  for (const { name, code, description, amount } of SHIPPING)
    await createShippingOptionsWorkflow(container).run({
      input: [
        {
          name,
          price_type: "flat",
          provider_id: "manual_manual",
          service_zone_id: set.service_zones[0].id,
          shipping_profile_id: profile.id,
          type: { label: name, description, code },
          prices: [{ currency_code: CURRENCY, amount }],
          rules: [
            { attribute: "enabled_in_store", value: "true", operator: "eq" },
            { attribute: "is_return", value: "false", operator: "eq" },
          ],
        },
      ],
    })
  return profile.id
}

async function catalogue(
  container: MedusaContainer,
  { channel, profile, location }: { channel: string; profile: string; location: string }
) {
  const { result: made } = await createCollectionsWorkflow(container).run({
    input: { collections: collections.map(({ handle, title }) => ({ handle, title })) },
  })
  const collectionId = new Map(made.map(({ handle, id }) => [handle, id]))
  await createProductsWorkflow(container).run({
    input: {
      products: products.map((product) => ({
        title: product.title,
        handle: product.handle,
        description: product.description,
        status: ProductStatus.PUBLISHED,
        collection_id: collectionId.get(product.collection),
        shipping_profile_id: profile,
        thumbnail: picture(product.handle),
        images: [{ url: picture(product.handle) }],
        options: Object.entries(product.options).map(([title, values]) => ({ title, values })),
        variants: combinations(product.options).map((options) => ({
          title: Object.values(options).join(" / "),
          sku: [product.handle, ...Object.values(options)].join("-").replace(/\s+/g, "-").toUpperCase(),
          options,
          manage_inventory: true,
          prices: [{ currency_code: CURRENCY, amount: product.price }],
        })),
        sales_channels: [{ id: channel }],
      })),
    },
  })
  const { data: items } = await container
    .resolve(ContainerRegistrationKeys.QUERY)
    .graph({ entity: "inventory_item", fields: ["id"] })
  await createInventoryLevelsWorkflow(container).run({
    input: {
      inventory_levels: items.map(({ id }) => ({
        inventory_item_id: id,
        location_id: location,
        stocked_quantity: STOCK,
      })),
    },
  })
}

const picture = (handle: string) => `/images/products/${handle}.svg`
