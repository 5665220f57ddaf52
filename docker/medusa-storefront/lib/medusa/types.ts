/** What this shop reads from Medusa's Store API; every request names these fields and no others. */
export type Country = { iso_2: string; display_name: string }

export type Region = { id: string; currency_code: string; countries: Country[] }

export type Collection = { id: string; handle: string; title: string }

export type Price = { calculated_amount: number; original_amount: number; currency_code: string }

export type OptionValue = { id: string; value: string }

export type Option = { id: string; title: string; values: OptionValue[] }

export type Variant = {
  id: string
  title: string
  manage_inventory: boolean
  allow_backorder: boolean
  inventory_quantity?: number | null
  options: OptionValue[]
  calculated_price: Price | null
}

export type Product = {
  id: string
  title: string
  handle: string
  subtitle: string | null
  description: string | null
  thumbnail: string | null
  collection: Pick<Collection, "handle" | "title"> | null
  images: { url: string }[]
  options: Option[]
  variants: Variant[]
}

export type Page<T> = { items: T[]; count: number }

export type LineItem = {
  id: string
  variant_id: string | null
  product_title: string
  product_handle: string | null
  variant_title: string | null
  thumbnail: string | null
  quantity: number
  unit_price: number
}

export type Address = {
  first_name: string
  last_name: string
  address_1: string
  address_2: string
  city: string
  province: string
  postal_code: string
  country_code: string
  phone: string
}

/** An address as Medusa keeps it: what was not given is null. */
export type StoredAddress = { [Field in keyof Address]: string | null }

export type Totals = {
  currency_code: string
  item_subtotal: number
  shipping_subtotal: number
  discount_subtotal: number
  tax_total: number
  total: number
}

export type ShippingMethod = { name: string; amount: number; shipping_option_id: string | null }

export type Cart = Totals & {
  id: string
  email: string | null
  completed_at: string | null
  shipping_total: number
  shipping_tax_total: number
  region: Region
  items: LineItem[]
  shipping_address: StoredAddress | null
  shipping_methods: ShippingMethod[]
}

export type ShippingOption = {
  id: string
  name: string
  amount: number
  type: { description: string | null } | null
}

export type Order = Totals & {
  id: string
  display_id: number
  email: string
  created_at: string
  items: LineItem[]
  shipping_address: StoredAddress | null
  shipping_methods: ShippingMethod[]
}
