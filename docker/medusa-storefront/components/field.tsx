/** Labelled fields of a form, with what is wrong tied to them. */
import type { Child, FC } from "hono/jsx"

type Common = {
  name: string
  label: string
  value: string
  problem?: string | undefined
  autocomplete: string
  optional?: boolean
  /** The first field with a problem takes the focus when the page comes back. */
  autofocus?: boolean
  half?: boolean
}

type Text = Common & {
  type?: "text" | "email" | "tel"
  inputmode?: "text" | "email" | "tel"
  hint?: string
  maxlength?: number
}

export const problemId = (name: string): string => `${name}-problem`
const hintId = (name: string): string => `${name}-hint`

export const TextField: FC<Text> = ({ hint, problem, optional, label, half, ...input }) => (
  <Frame {...{ label, problem, optional, half }} name={input.name}>
    <input
      id={input.name}
      name={input.name}
      type={input.type ?? "text"}
      inputmode={input.inputmode}
      autocomplete={input.autocomplete}
      maxlength={input.maxlength ?? 120}
      value={input.value}
      required={!optional}
      autofocus={input.autofocus}
      aria-invalid={problem ? "true" : undefined}
      aria-describedby={
        [problem && problemId(input.name), hint && hintId(input.name)].filter(Boolean).join(" ") || undefined
      }
    />
    {hint ? (
      <p class="hint" id={hintId(input.name)}>
        {hint}
      </p>
    ) : null}
  </Frame>
)

type Select = Common & { choices: { value: string; name: string }[] }

export const SelectField: FC<Select> = ({ choices, problem, optional, label, half, ...select }) => (
  <Frame {...{ label, problem, optional, half }} name={select.name}>
    <select
      id={select.name}
      name={select.name}
      autocomplete={select.autocomplete}
      required={!optional}
      autofocus={select.autofocus}
      aria-invalid={problem ? "true" : undefined}
      aria-describedby={problem ? problemId(select.name) : undefined}
    >
      {choices.length > 1 ? (
        <option value="" selected={!select.value}>
          Choose
        </option>
      ) : null}
      {choices.map(({ value, name }) => (
        <option value={value} selected={value === select.value}>
          {name}
        </option>
      ))}
    </select>
  </Frame>
)

type FrameProps = {
  name: string
  label: string
  problem?: string | undefined
  optional?: boolean | undefined
  half?: boolean | undefined
  children?: Child
}

const Frame: FC<FrameProps> = ({ name, label, problem, optional, half, children }) => (
  <div class={half ? "field field-half" : "field"}>
    <label for={name}>
      {label}
      {optional ? <span class="optional"> (optional)</span> : null}
    </label>
    {children}
    <Problem name={name} sentence={problem} />
  </div>
)

export const Problem: FC<{ name: string; sentence: string | undefined }> = ({ name, sentence }) =>
  sentence ? (
    <p class="problem" id={problemId(name)}>
      {sentence}
    </p>
  ) : null
