/** Amounts in the way of the region, pictures by the name under which the shop is visited. */
import type { Context } from "hono"
import type { View } from "../components/view.ts"
import { formatMoney, localeOf } from "../lib/money.ts"
import type { Region } from "../lib/medusa/types.ts"
import { ownHosts } from "../lib/origin.ts"
import { pictureAt, pictureOfValue } from "../lib/pictures.ts"
import type { Env } from "./headers.ts"
import type { Shop } from "./shop.ts"

export function viewFor(c: Context<Env>, shop: Shop, region: Region, currency = region.currency_code): View {
  const hosts = [...ownHosts((name) => c.req.header(name)), new URL(shop.settings.backendUrl).host]
  const locale = localeOf(region)
  const picture = (address: string | null) => pictureAt(address, hosts)
  const pictureOf = (address: string | null, value: string) =>
    pictureOfValue(picture(address), value, shop.files)
  return {
    money: (amount) => formatMoney(amount, currency, locale),
    picture,
    pictureOf,
    pictureOfLine: ({ thumbnail, variant_title }) => {
      const values = variant_title?.split(" / ") ?? []
      return values.map((value) => pictureOf(thumbnail, value)).find(Boolean) ?? picture(thumbnail)
    },
  }
}
