/** A product's options as radio buttons, with a small picture where a value has one. */
import type { FC } from "hono/jsx"
import { inputId } from "../lib/choice-styles.ts"
import { fieldOf, type Combination } from "../lib/choices.ts"
import type { Option, Product } from "../lib/medusa/types.ts"
import type { View } from "./view.ts"

type Picker = { product: Product; chosen: Combination; view: View }

export const OptionPicker: FC<Picker> = ({ product, chosen, view }) => (
  <>
    {product.options.map((option, position) =>
      option.values.length > 1 ? (
        <Choice {...{ option, position, product, view }} checked={chosen.indexes[position] ?? 0} />
      ) : (
        <OnlyValue option={option} />
      ),
    )}
  </>
)

type ChoiceProps = { option: Option; position: number; checked: number; product: Product; view: View }

const Choice: FC<ChoiceProps> = ({ option, position, checked, product, view }) => (
  <fieldset class="choice">
    <legend>{option.title}</legend>
    <div class="choice-values">
      {option.values.map(({ value }, index) => {
        const id = inputId({ option: position, value: index })
        const picture = view.pictureOf(product.thumbnail, value)
        return (
          <div class="choice-value">
            <input
              class="hidden"
              type="radio"
              id={id}
              name={fieldOf(option)}
              value={value}
              checked={index === checked}
              required
            />
            <label class={picture ? "with-picture" : undefined} for={id}>
              {picture ? <img src={picture} alt="" width="800" height="1000" /> : null}
              <span>
                {value}
                <span class="mark"> – unavailable</span>
              </span>
            </label>
          </div>
        )
      })}
    </div>
  </fieldset>
)

/** Nothing to choose: a word about it, but for the option that Medusa gives to products without. */
const OnlyValue: FC<{ option: Option }> = ({ option }) => {
  const [only] = option.values
  if (!only) return null
  return (
    <>
      <input type="hidden" name={fieldOf(option)} value={only.value} />
      {/^default/i.test(option.title) ? null : (
        <p class="only-value">
          {option.title}: {only.value}
        </p>
      )}
    </>
  )
}
