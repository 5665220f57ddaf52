/** How a page writes amounts and finds pictures. */
export type View = {
  money(amount: number): string
  picture(address: string | null): string
  /** The picture of a product in one of its colours, or null when there is only the main one. */
  pictureOf(address: string | null, value: string): string | null
  /** The picture of a cart's or an order's line: in the colour that was chosen, where there is one. */
  pictureOfLine(line: { thumbnail: string | null; variant_title: string | null }): string
}
