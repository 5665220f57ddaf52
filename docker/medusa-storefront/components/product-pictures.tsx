/** A product's pictures: the one of the choice that is checked, and below it the owner's others. */
import type { FC } from "hono/jsx"
import { inputId, type Value } from "../lib/choice-styles.ts"
import type { Combination } from "../lib/choices.ts"
import type { Product } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"

/** A picture that belongs to a value of an option. */
export type ValuePicture = Value & { name: string; address: string }

/** Every value of the first option of which at least one value has a picture of its own. */
export function valuePictures({ options, thumbnail }: Product, view: View): ValuePicture[] {
  const option = options.findIndex(
    ({ values }) => values.length > 1 && values.some(({ value }) => view.pictureOf(thumbnail, value)),
  )
  return (options[option]?.values ?? []).map(({ value: name }, value) => ({
    option,
    value,
    name,
    address: view.pictureOf(thumbnail, name) ?? view.picture(thumbnail),
  }))
}

type Pictures = { product: Product; chosen: Combination; ofValues: ValuePicture[]; view: View }

export const ProductPictures: FC<Pictures> = ({ product, chosen, ofValues, view }) => {
  const main = product.thumbnail ?? product.images[0]?.url ?? null
  const others = product.images.map(({ url }) => url).filter((url) => url !== main)
  return (
    <div class="product-pictures">
      {ofValues.length > 0 ? (
        ofValues.map((picture) => (
          <ChoicePicture
            picture={picture}
            title={product.title}
            isChosen={chosen.indexes[picture.option] === picture.value}
          />
        ))
      ) : (
        <div class="picture">
          <img src={view.picture(main)} alt={product.title} width="800" height="1000" />
        </div>
      )}
      {others.length > 0 ? (
        <div class="more-pictures">
          {others.map((address, index) => (
            <div class="picture">
              <img
                src={view.picture(address)}
                alt={`${product.title}, picture ${index + 2}`}
                width="800"
                height="1000"
                loading="lazy"
              />
            </div>
          ))}
        </div>
      ) : null}
    </div>
  )
}

type Choice = { picture: ValuePicture; title: string; isChosen: boolean }

const ChoicePicture: FC<Choice> = ({ picture, title, isChosen }) => (
  <div class={isChosen ? "picture chosen" : "picture"} data-picture={inputId(picture)}>
    <img
      src={picture.address}
      alt={`${title}, ${picture.name}`}
      width="800"
      height="1000"
      loading={isChosen ? "eager" : "lazy"}
    />
  </div>
)
