/** The checkout: who and where, how it is shipped and paid, and what it comes to. */
import type { FC } from "hono/jsx"
import { agreementOf, amountsWith } from "../lib/agreement.ts"
import type { Details, Field, Problems } from "../lib/checkout.ts"
import type { Cart, ShippingOption } from "../lib/medusa/types.ts"
import { Problem, problemId, SelectField, TextField } from "./field.tsx"
import { CashIcon } from "./icons.tsx"
import { LineList } from "./line-list.tsx"
import { Notice } from "./notice.tsx"
import { ArticleTotals, Line, Taxes } from "./totals.tsx"
import type { View } from "./view.ts"

export type Checkout = {
  cart: Cart
  options: ShippingOption[]
  details: Details
  problems: Problems
  /** What stands in the way of the order besides the fields. */
  obstacle?: string | undefined
  view: View
}

/** In the order in which the page shows them. */
const LABELS: [Field, string][] = [
  ["email", "Email"],
  ["first_name", "First name"],
  ["last_name", "Last name"],
  ["address_1", "Street and number"],
  ["address_2", "Flat, floor, company"],
  ["postal_code", "Postal code"],
  ["city", "Town or city"],
  ["province", "State or province"],
  ["country_code", "Country"],
  ["phone", "Phone"],
  ["shipping", "Shipping"],
]

export const CheckoutForm: FC<Checkout> = (checkout) => (
  <form class="checkout with-summary" method="post" action="/checkout">
    <input type="hidden" name="cart" value={checkout.cart.id} />
    <input type="hidden" name="agreement" value={agreementOf(checkout.cart, checkout.options)} />
    <div class="checkout-fields">
      <ProblemList problems={checkout.problems} obstacle={checkout.obstacle} />
      <Fields {...checkout} />
      <Shipping {...checkout} />
      <Payment />
    </div>
    <Summary {...checkout} />
  </form>
)

const ProblemList: FC<{ problems: Problems; obstacle: string | undefined }> = ({ problems, obstacle }) => {
  const wrong = LABELS.filter(([field]) => problems[field])
  if (wrong.length === 0 && !obstacle) return null
  return (
    <Notice kind="problem" id="problems">
      {obstacle ? <p>{obstacle}</p> : null}
      {wrong.length > 0 ? (
        <>
          <p>The order was not placed yet. Please correct:</p>
          <ul>
            {wrong.map(([field, label]) => (
              <li>
                <a href={`#${field}`}>{label}</a>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Notice>
  )
}

const Fields: FC<Checkout> = ({ cart, details, problems }) => {
  const first = LABELS.find(([field]) => problems[field])?.[0]
  const field = (name: Field) => ({
    name,
    label: LABELS.find(([known]) => known === name)?.[1] ?? name,
    value: details[name],
    problem: problems[name],
    autofocus: name === first,
  })
  const countries = cart.region.countries.map(({ iso_2, display_name }) => ({
    value: iso_2,
    name: display_name,
  }))
  return (
    <>
      <fieldset class="card-like">
        <legend>Contact</legend>
        <div class="fields">
          <TextField {...field("email")} type="email" inputmode="email" autocomplete="email" />
          <TextField
            {...field("phone")}
            type="tel"
            inputmode="tel"
            autocomplete="tel"
            hint="For the courier, should your door not be found."
            optional
          />
        </div>
      </fieldset>
      <fieldset class="card-like">
        <legend>Delivery address</legend>
        <div class="fields">
          <TextField {...field("first_name")} autocomplete="shipping given-name" half />
          <TextField {...field("last_name")} autocomplete="shipping family-name" half />
          <TextField {...field("address_1")} autocomplete="shipping address-line1" />
          <TextField {...field("address_2")} autocomplete="shipping address-line2" optional />
          <TextField {...field("postal_code")} autocomplete="shipping postal-code" maxlength={20} half />
          <TextField {...field("city")} autocomplete="shipping address-level2" half />
          <TextField {...field("province")} autocomplete="shipping address-level1" half optional />
          <SelectField {...field("country_code")} autocomplete="shipping country" choices={countries} half />
        </div>
      </fieldset>
    </>
  )
}

const Shipping: FC<Checkout> = ({ options, details, problems, view }) => (
  <fieldset
    class="card-like"
    id="shipping"
    aria-describedby={problems.shipping ? problemId("shipping") : undefined}
  >
    <legend>Shipping</legend>
    {options.length === 0 ? (
      <p>There is no way of shipping to this address at the moment.</p>
    ) : (
      <div class="ways">
        {options.map((option, position) => (
          <label class="way">
            <input
              type="radio"
              name="shipping"
              value={option.id}
              checked={option.id === details.shipping}
              data-way={position}
              required
            />
            <span class="way-words">
              <strong>{option.name}</strong>
              {option.type?.description ? <span>{option.type.description}</span> : null}
            </span>
            <span class="way-price">{option.amount === 0 ? "Free" : view.money(option.amount)}</span>
          </label>
        ))}
      </div>
    )}
    <Problem name="shipping" sentence={problems.shipping} />
  </fieldset>
)

const Payment: FC = () => (
  <fieldset class="card-like">
    <legend>Payment</legend>
    <div class="ways">
      <label class="way">
        <input type="radio" name="payment" value="cash" checked />
        <span class="way-words">
          <strong>Cash on delivery</strong>
          <span>You pay when the parcel is handed to you.</span>
        </span>
        <CashIcon />
      </label>
    </div>
  </fieldset>
)

const Summary: FC<Checkout> = ({ cart, options, details, view }) => (
  <aside class="summary" aria-labelledby="summary">
    <h2 id="summary">Your order</h2>
    <LineList items={cart.items} view={view} />
    <dl>
      <ArticleTotals amounts={cart} view={view} />
    </dl>
    <div>
      {options.map((option, position) => {
        const { shipping, taxes, total } = amountsWith(cart, option)
        return (
          <dl
            class={option.id === details.shipping ? "with-way chosen" : "with-way"}
            data-with-way={position}
          >
            <Line name={`Shipping, ${option.name}`}>{view.money(shipping)}</Line>
            <Taxes amount={taxes} view={view} />
            <Line name="Total" strong>
              {view.money(total)}
            </Line>
          </dl>
        )
      })}
    </div>
    <button class="button">Place order</button>
    <p class="small">You pay in cash on delivery.</p>
    <a class="link" href="/cart">
      Back to the cart
    </a>
  </aside>
)

/** Shows the total for the way of shipping that is checked. */
export function wayStyles(options: ShippingOption[]): string {
  const shown = options.map(
    (_, way) => `.checkout:has([data-way="${way}"]:checked) [data-with-way="${way}"]{display:block}`,
  )
  return `@supports selector(:has(a)){.checkout .with-way{display:none}${shown.join("")}}`
}
