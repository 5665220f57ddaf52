import { darker, lighter } from "./colour.ts"
import { linear, radial, range, scene, standingShadow } from "./scene.ts"

export type Beanie = { wool: string; backdrop: string }

const CROWN =
  "M206 640C196 420 270 246 400 240C530 246 604 420 594 640C560 668 480 680 400 680S240 668 206 640Z"
const CUFF =
  "M184 618C182 598 194 590 212 596C270 616 330 624 400 624S530 616 588 596C606 590 618 598 616 618L608 734C606 756 596 764 576 768C520 780 460 786 400 786S280 780 224 768C204 764 194 756 192 734Z"

export function merinoBeanie({ wool, backdrop }: Beanie): string {
  const defs =
    linear("wool", [darker(wool, 0.1), lighter(wool, 0.16), wool, darker(wool, 0.2), darker(wool, 0.42)], {
      to: [1, 0.15],
    }) +
    radial("round", ["#2a1c10", 0], ["#2a1c10", 0.5], { at: [0.4, 0.42], radius: 0.62 }) +
    linear("leather", ["#b98255", "#96623a"], { to: [0.5, 1] }) +
    `<clipPath id="crown"><path d="${CROWN}"/></clipPath><clipPath id="cuff"><path d="${CUFF}"/></clipPath>`
  const body = `${standingShadow(400, 790, 500)}
<path d="${CROWN}" fill="url(#wool)"/><g clip-path="url(#crown)">${crownRibs(wool)}<path d="${CROWN}" fill="url(#round)" opacity="0.7"/>
<path d="M180 560C300 660 500 660 620 560V700H180Z" fill="#2a1c10" opacity="0.16"/></g>
<path d="${CUFF}" fill="url(#wool)"/><g clip-path="url(#cuff)">${cuffRibs(wool)}
<path d="M184 600C270 630 530 630 616 600V626C530 650 270 650 184 626Z" fill="#fff8ea" opacity="0.18"/>
<path d="M190 740C280 776 520 776 610 740V800H190Z" fill="#2a1c10" opacity="0.18"/>
<rect x="500" y="580" width="130" height="220" fill="#2a1c10" opacity="0.1"/></g>
<g transform="rotate(-4 470 706)"><rect x="438" y="672" width="84" height="58" rx="5" fill="url(#leather)"/><rect x="444" y="678" width="72" height="46" rx="3" fill="none" stroke="#f0d9b8" stroke-width="2" stroke-dasharray="5 4" opacity="0.85"/><path d="M468 701c8-14 20-14 26 0-8 10-20 10-26 0z" fill="#5d3a1e"/></g>`
  return scene({ backdrop, table: 660, defs, body })
}

/** Ribs run together at the top; each has a lit and a shaded side. */
function crownRibs(wool: string): string {
  const count = 27
  const ribs = range(count).map((rib) => {
    const side = (rib - (count - 1) / 2) / ((count - 1) / 2)
    const foot = 400 + 206 * Math.sin((side * Math.PI) / 2)
    const top = 400 + side * 12
    const belly = 400 + (foot - 400) * 1.02
    const path = `M${top} 236C${400 + (foot - 400) * 0.62} 276 ${belly} 420 ${foot} 690`
    const width = 3 + 5.5 * Math.cos((side * Math.PI) / 2.2)
    return `<path d="${path}" stroke="${darker(wool, 0.42)}" stroke-width="${width}" opacity="0.5"/><path d="${path}" transform="translate(${-width * 0.75} 0)" stroke="${lighter(wool, 0.4)}" stroke-width="${width * 0.5}" opacity="0.42"/>`
  })
  return `<g fill="none">${ribs.join("")}</g>`
}

function cuffRibs(wool: string): string {
  const count = 31
  const ribs = range(count).map((rib) => {
    const side = (rib - (count - 1) / 2) / ((count - 1) / 2)
    const x = 400 + 214 * Math.sin((side * Math.PI) / 2)
    const width = 3 + 5 * Math.cos((side * Math.PI) / 2.2)
    const stitches = range(9).map((row) => {
      const y = 604 + row * 21 + 26 * (1 - side * side)
      return `M${x - width * 1.5} ${y}l${width * 1.1} 9 ${width * 1.1}-9`
    })
    return `<path d="M${x} 590V800" stroke="${darker(wool, 0.45)}" stroke-width="${width}" opacity="0.5"/><path d="${stitches.join("")}" stroke="${lighter(wool, 0.45)}" stroke-width="2.2" opacity="0.28"/>`
  })
  return `<g fill="none">${ribs.join("")}</g>`
}
