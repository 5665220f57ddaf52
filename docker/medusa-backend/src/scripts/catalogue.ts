/** What a new shop sells until its owner changes it. Pictures come from the storefront. */
export type Product = {
  title: string
  handle: string
  collection: "wear" | "home"
  description: string
  price: number
  options: Record<string, string[]>
}

export const collections = [
  { handle: "wear", title: "Wear" },
  { handle: "home", title: "Home" },
] as const

export const products: Product[] = [
  {
    title: "Linen Shirt",
    handle: "linen-shirt",
    collection: "wear",
    description:
      "Woven from European flax and washed until it is soft. Cut straight, with a small collar and corozo buttons.",
    price: 79,
    options: { Colour: ["Sand", "Indigo"], Size: ["S", "M", "L", "XL"] },
  },
  {
    title: "Merino Beanie",
    handle: "merino-beanie",
    collection: "wear",
    description: "Fine merino in a deep rib. Warm without weight, and it does not itch.",
    price: 34,
    options: { Colour: ["Moss", "Charcoal", "Rust"] },
  },
  {
    title: "Canvas Tote",
    handle: "canvas-tote",
    collection: "wear",
    description:
      "Heavy organic canvas, handles long enough for the shoulder, and a pocket where keys are found again.",
    price: 28,
    options: { Size: ["One size"] },
  },
  {
    title: "Enamel Mug",
    handle: "enamel-mug",
    collection: "home",
    description: "Steel under two coats of enamel. Goes on the hob, into the garden and back.",
    price: 18,
    options: { Colour: ["White", "Blue"] },
  },
  {
    title: "Walnut Serving Board",
    handle: "walnut-board",
    collection: "home",
    description: "One piece of oiled walnut with a rounded grip. No two have the same grain.",
    price: 52,
    options: { Size: ["Small", "Large"] },
  },
  {
    title: "Beeswax Candle",
    handle: "beeswax-candle",
    collection: "home",
    description: "Poured by hand from pure beeswax. Burns for forty hours with a clear, quiet flame.",
    price: 24,
    options: { Scent: ["Plain", "Lavender"] },
  },
  {
    title: "Wool Throw",
    handle: "wool-throw",
    collection: "home",
    description: "Lambswool in a wide herringbone, with a short fringe. Large enough for two.",
    price: 120,
    options: { Colour: ["Oat", "Slate"] },
  },
  {
    title: "Field Notebook",
    handle: "field-notebook",
    collection: "home",
    description: "Ninety-six pages of uncoated paper, sewn so that it lies flat from the first page.",
    price: 14,
    options: { Ruling: ["Plain", "Dotted"] },
  },
]

/** Every combination of a product's options, in their given order. */
export function combinations(options: Product["options"]): Record<string, string>[] {
  return Object.entries(options).reduce<Record<string, string>[]>(
    (sofar, [name, values]) =>
      sofar.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value }))),
    [{}]
  )
}
