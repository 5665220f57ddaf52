import { darker, lighter } from "./colour.ts"
import { linear, radial, range, scene, standingShadow } from "./scene.ts"

export type Candle = { wax: string; backdrop: string; sprigs: boolean }

const PILLAR =
  "M284 366V716C284 740 340 756 400 756S516 740 516 716V366C516 390 460 402 400 402S284 390 284 366Z"

export function beeswaxCandle({ wax, backdrop, sprigs }: Candle): string {
  const defs =
    linear("wax", [darker(wax, 0.16), lighter(wax, 0.45), wax, darker(wax, 0.16), darker(wax, 0.36)], {
      to: [1, 0],
    }) +
    linear("pool", [lighter(wax, 0.75), lighter(wax, 0.3)], { to: [1, 0.3] }) +
    linear("lit", ["#fff3c9", "#ffe2a1"]).replace(
      'stop-color="#ffe2a1"',
      'stop-color="#ffd27a" stop-opacity="0"',
    ) +
    linear("dish", ["#55503f", "#8d8570", "#5d5746", "#37322a"], { to: [1, 0.1] }) +
    linear("flame", ["#ffb13d", "#ffd978", "#fff6d8"]) +
    radial("glow", ["#ffe6a3", 0.85], ["#ffe6a3", 0]) +
    `<clipPath id="pillar"><path d="${PILLAR}"/></clipPath>` +
    `<pattern id="comb" width="34.64" height="60" patternUnits="userSpaceOnUse"><path d="M17.32 0v10L0 20v20l17.32 10v10M17.32 10 34.64 20v20L17.32 50" fill="none" stroke="${darker(wax, 0.5)}" stroke-width="2.4"/><path d="M18.5 12 33.5 21M1 21 16 12" fill="none" stroke="${lighter(wax, 0.8)}" stroke-width="1.6"/></pattern>`
  const body = `<circle cx="400" cy="270" r="330" fill="url(#glow)"/>
${standingShadow(400, 800, 480)}
<ellipse cx="400" cy="778" rx="214" ry="44" fill="#2f2b24"/><ellipse cx="400" cy="768" rx="214" ry="44" fill="url(#dish)"/><ellipse cx="400" cy="764" rx="184" ry="33" fill="#453f33"/>
<ellipse cx="412" cy="756" rx="136" ry="24" fill="#211d17" opacity="0.55"/>
<path d="${PILLAR}" fill="url(#wax)"/>
<g clip-path="url(#pillar)"><rect x="270" y="360" width="260" height="410" fill="url(#comb)" opacity="0.3"/>
<rect x="270" y="350" width="260" height="200" fill="url(#lit)" opacity="0.75"/>
<path d="M450 380C462 500 458 640 452 770" fill="none" stroke="${darker(wax, 0.5)}" stroke-width="3" opacity="0.35"/></g>
<ellipse cx="400" cy="366" rx="116" ry="34" fill="${lighter(wax, 0.35)}"/><ellipse cx="400" cy="368" rx="98" ry="26" fill="url(#pool)"/>
${band(wax)}${sprigs ? lavender() : ""}
<path d="M400 372C398 352 402 340 401 326" fill="none" stroke="#3a2a18" stroke-width="6" stroke-linecap="round"/>
<path d="M401 172C430 222 442 262 430 296C424 316 412 330 401 332C388 330 376 316 371 298C360 262 378 222 401 172Z" fill="url(#flame)"/>
<path d="M401 250C412 276 416 296 411 312C408 322 404 328 401 328C397 328 393 322 390 312C386 296 391 276 401 250Z" fill="#fffdf2" opacity="0.9"/>`
  return scene({ backdrop, table: 690, defs, body })
}

/** Twine, wound three times. */
function band(wax: string): string {
  const turns = range(3).map((turn) => {
    const y = 560 + turn * 9
    return `<path d="M284 ${y}C284 ${y + 22} 340 ${y + 36} 400 ${y + 36}S516 ${y + 22} 516 ${y}" fill="none" stroke="${turn === 1 ? "#c9b48a" : "#b49d70"}" stroke-width="6.5"/>`
  })
  const bow = `<path d="M376 606C346 570 318 590 340 606C352 616 366 612 376 606C402 640 424 630 412 612C404 602 388 602 376 606M374 608C366 634 352 652 346 672M380 608C392 634 400 650 402 668" fill="none" stroke="#b49d70" stroke-width="5.5" stroke-linecap="round"/>`
  return `<g opacity="0.95">${turns.join("")}${bow}</g><path d="M284 590C284 612 340 626 400 626" fill="none" stroke="${darker(wax, 0.6)}" stroke-width="3" opacity="0.25"/>`
}

function lavender(): string {
  const sprig = (x: number, lean: number) => {
    const flowers = range(9).map((row) => {
      const y = 424 + row * 15
      const wide = 7 + Math.min(row, 4) * 1.3
      const at = x + (600 - y) * lean
      const tone = row % 2 ? "#7a68a8" : "#8f7dbd"
      return `<ellipse cx="${at - 6}" cy="${y}" rx="${wide}" ry="8" fill="${tone}" transform="rotate(-24 ${at - 6} ${y})"/><ellipse cx="${at + 6}" cy="${y}" rx="${wide}" ry="8" fill="#6a5996" transform="rotate(24 ${at + 6} ${y})"/>`
    })
    return `<path d="M${x} 690Q${x + 4} 620 ${x + 176 * lean} 424" fill="none" stroke="#6e7d58" stroke-width="5" stroke-linecap="round"/>${flowers.join("")}`
  }
  return sprig(352, -0.14) + sprig(404, 0.16) + sprig(378, 0.02)
}
