/** A page that says one thing, and where to go from here. */
import type { Child, FC } from "hono/jsx"

export type Way = { to: string; label: string }

type Props = { heading: string; sentence: string; ways: Way[]; picture?: Child }

/** @param props.ways the first is the one that helps most */
export const Message: FC<Props> = ({ heading, sentence, ways, picture }) => (
  <section class="message">
    {picture}
    <h1>{heading}</h1>
    <p>{sentence}</p>
    <p class="message-actions">
      {ways.map(({ to, label }, position) => (
        <a class={position === 0 ? "button" : "button-quiet"} href={to}>
          {label}
        </a>
      ))}
    </p>
  </section>
)

/** The sign that hangs in the door of a shop that is closed for a moment. */
export const BackSoonSign: FC = () => (
  <svg class="sign" viewBox="0 0 240 190" aria-hidden="true" focusable="false">
    <path class="sign-string" d="M60 92 120 30l60 62" />
    <circle class="sign-nail" cx="120" cy="28" r="6" />
    <rect class="sign-board" x="24" y="90" width="192" height="84" rx="12" />
    <text class="sign-words" x="120" y="143" text-anchor="middle">
      Back soon
    </text>
  </svg>
)
