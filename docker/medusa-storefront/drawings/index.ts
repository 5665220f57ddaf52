/** Every picture that the image brings along, by its path: of each product, and of each of its values. */
import { beeswaxCandle } from "./beeswax-candle.ts"
import { canvasTote } from "./canvas-tote.ts"
import { enamelMug } from "./enamel-mug.ts"
import { fieldNotebook } from "./field-notebook.ts"
import { linenShirt } from "./linen-shirt.ts"
import { merinoBeanie } from "./merino-beanie.ts"
import { placeholder } from "./placeholder.ts"
import { walnutBoard } from "./walnut-board.ts"
import { woolThrow } from "./wool-throw.ts"

/** A product's pictures by the value that they show; the first is the product's own. */
const PRODUCTS: Record<string, Record<string, string>> = {
  "linen-shirt": {
    sand: linenShirt({ linen: "#dcc7a3", button: "#8a6a48", backdrop: "#e9e1d3" }),
    indigo: linenShirt({ linen: "#4a5a86", button: "#d9c9a8", backdrop: "#dfe1e4" }),
  },
  "merino-beanie": {
    moss: merinoBeanie({ wool: "#6f7c4d", backdrop: "#e3e2d0" }),
    charcoal: merinoBeanie({ wool: "#55565a", backdrop: "#dfddd9" }),
    rust: merinoBeanie({ wool: "#b0603a", backdrop: "#eeddcd" }),
  },
  "canvas-tote": {
    "one-size": canvasTote({ canvas: "#e8dcc2", print: "#35573f", backdrop: "#d3dacb" }),
  },
  "enamel-mug": {
    white: enamelMug({ enamel: "#f3efe6", rim: "#2b4a7f", backdrop: "#cfdbe2" }),
    blue: enamelMug({ enamel: "#4f78a8", rim: "#1d2f4f", backdrop: "#ecdfca" }),
  },
  "walnut-board": {
    small: walnutBoard({ wood: "#7d5233", backdrop: "#e8ded0", scale: 0.84 }),
    large: walnutBoard({ wood: "#7d5233", backdrop: "#e8ded0", scale: 1 }),
  },
  "beeswax-candle": {
    plain: beeswaxCandle({ wax: "#e2aa45", backdrop: "#dcc9b1", sprigs: false }),
    lavender: beeswaxCandle({ wax: "#dcb866", backdrop: "#cfc8d8", sprigs: true }),
  },
  "wool-throw": {
    oat: woolThrow({ wool: "#dccdb0", stripe: "#8c7a5c", backdrop: "#dfe0d8" }),
    slate: woolThrow({ wool: "#6d7a86", stripe: "#e4dccb", backdrop: "#e7ded2" }),
  },
  "field-notebook": {
    plain: fieldNotebook({ cover: "#4d6a57", band: "#c9743f", backdrop: "#ecdcc6", dotted: false }),
    dotted: fieldNotebook({ cover: "#b4633f", band: "#2f4437", backdrop: "#d9ddd6", dotted: true }),
  },
}

export function* pictures(): Generator<{ path: string; svg: string }> {
  yield { path: "images/placeholder.svg", svg: placeholder() }
  for (const [handle, values] of Object.entries(PRODUCTS))
    for (const [position, [value, svg]] of Object.entries(values).entries()) {
      if (position === 0) yield { path: `images/products/${handle}.svg`, svg }
      yield { path: `images/products/${handle}-${value}.svg`, svg }
    }
}
