import { darker, lighter } from "./colour.ts"
import { dice, linear, radial, range, scene, standingShadow } from "./scene.ts"

export type Mug = { enamel: string; rim: string; backdrop: string }

const BODY =
  "M222 392C224 500 230 610 240 690Q246 742 312 744L448 744Q514 742 520 690C530 610 536 500 538 392Z"

export function enamelMug({ enamel, rim, backdrop }: Mug): string {
  const next = dice(7)
  const speckles = range(70).map(() => {
    const [x, y, r] = [230 + next() * 300, 440 + next() * 290, 0.8 + next() * 2]
    return `<circle cx="${x}" cy="${y}" r="${r}"/>`
  })
  const defs =
    linear(
      "body",
      [darker(enamel, 0.12), lighter(enamel, 0.75), enamel, darker(enamel, 0.1), darker(enamel, 0.3)],
      { to: [1, 0.08] },
    ) +
    linear("inside", [darker(enamel, 0.42), darker(enamel, 0.16), lighter(enamel, 0.3)], { to: [1, 0.2] }) +
    linear("tea", ["#6b3a17", "#9a5b26"], { to: [1, 0] }) +
    linear("steam", ["#ffffff", "#ffffff"]).replace(
      'stop-color="#ffffff"/>',
      'stop-color="#ffffff" stop-opacity="0"/>',
    ) +
    radial("gleam", ["#ffffff", 0.9], ["#ffffff", 0]) +
    `<clipPath id="mug"><path d="${BODY}"/></clipPath>`
  const handle = "M522 470C640 440 668 590 606 640C580 662 546 664 522 656"
  const body = `${standingShadow(400, 746, 400)}
<g fill="none" stroke-linecap="round"><path d="${handle}" stroke="${darker(enamel, 0.34)}" stroke-width="46"/>
<path d="${handle}" stroke="${darker(enamel, 0.04)}" stroke-width="38" transform="translate(-2 -2)"/>
<path d="${handle}" stroke="${lighter(enamel, 0.7)}" stroke-width="10" transform="translate(2 -10)" opacity="0.8"/></g>
<path d="${BODY}" fill="url(#body)"/>
<g clip-path="url(#mug)"><g fill="${rim}" opacity="0.32">${speckles.join("")}</g>
<path d="M236 700Q250 760 380 762T524 700L540 780H220Z" fill="${darker(enamel, 0.5)}" opacity="0.12"/>
<ellipse cx="300" cy="560" rx="26" ry="140" fill="url(#gleam)" opacity="0.75"/></g>
<ellipse cx="380" cy="392" rx="158" ry="37" fill="url(#inside)"/>
<path d="M240 404C260 424 316 436 380 436S500 424 520 404C506 392 452 384 380 384S254 392 240 404Z" fill="url(#tea)"/>
<ellipse cx="380" cy="392" rx="158" ry="37" fill="none" stroke="${rim}" stroke-width="13"/>
<path d="M226 382C240 366 300 356 372 355" fill="none" stroke="#ffffff" stroke-width="4" stroke-linecap="round" opacity="0.55"/>
<path d="M452 424C456 470 450 520 456 566" fill="none" stroke="#f4ecdc" stroke-width="3.5"/>
<path d="M428 566h58v62l-29 18-29-18z" fill="#f6efdf" stroke="#cfc2a6" stroke-width="2"/><path d="M442 596c8-16 22-16 30 0-8 10-22 10-30 0z" fill="#6f8a5c"/>
<g fill="none" stroke="url(#steam)" stroke-width="15" stroke-linecap="round" opacity="0.55"><path d="M330 338C300 290 366 262 336 200"/><path d="M404 330C370 270 442 236 404 160"/><path d="M466 338C444 300 490 270 470 226"/></g>`
  return scene({ backdrop, table: 640, defs, body })
}
