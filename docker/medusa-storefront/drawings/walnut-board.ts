import { darker, lighter } from "./colour.ts"
import { dice, hangingShadow, linear, radial, range, scene, standingShadow } from "./scene.ts"

export type Board = { wood: string; backdrop: string; scale: number }

const OUTLINE =
  "M352 214C352 160 448 160 448 214V300C448 330 466 340 500 344C560 350 588 380 588 436V780C588 830 560 850 512 850H288C240 850 212 830 212 780V436C212 380 240 350 300 344C334 340 352 330 352 300Z"
const HOLE = "M400 194a19 19 0 1 0 .1 0z"

export function walnutBoard({ wood, backdrop, scale }: Board): string {
  const defs =
    linear("wood", [lighter(wood, 0.16), wood, darker(wood, 0.18), wood, darker(wood, 0.28)], {
      to: [1, 0.25],
    }) +
    radial("oil", ["#ffe9c8", 0.5], ["#ffe9c8", 0], { at: [0.3, 0.3], radius: 0.7 }) +
    `<clipPath id="board"><path d="${OUTLINE}${HOLE}" clip-rule="evenodd"/></clipPath>`
  const place = `translate(400 850) rotate(-3.5) scale(${scale}) translate(-400 -850)`
  const body = `${standingShadow(404, 856, 430 * scale)}<g transform="${place}">${hangingShadow(OUTLINE, 22)}
<path d="${OUTLINE}" transform="translate(7 3)" fill="${darker(wood, 0.55)}"/>
<path d="${OUTLINE}${HOLE}" fill="url(#wood)" fill-rule="evenodd"/>
<g clip-path="url(#board)">${grain(wood)}<rect x="200" y="150" width="400" height="710" fill="url(#oil)"/></g>
<path d="${OUTLINE}" fill="none" stroke="${lighter(wood, 0.5)}" stroke-width="3" opacity="0.45"/>
<path d="${HOLE}" fill="none" stroke="${darker(wood, 0.6)}" stroke-width="4"/>
<path d="M398 214C380 262 352 262 350 232C350 204 384 196 398 212C420 240 426 276 414 306" fill="none" stroke="#7b4a2a" stroke-width="9" stroke-linecap="round"/>
<path d="M396 211C378 258 354 258 352 232C352 207 383 199 397 214" fill="none" stroke="#a46c43" stroke-width="3" stroke-linecap="round"/></g>`
  return scene({ backdrop, table: 800, defs, body })
}

/** Long lines that bend round a knot, and the arches of a plank cut near the heart. */
function grain(wood: string): string {
  const next = dice(23)
  const tones = [darker(wood, 0.45), darker(wood, 0.3), lighter(wood, 0.22)]
  const lines = range(46).map((line) => {
    const x = 196 + line * 9 + next() * 5
    const pull = Math.exp(-(((x - 470) / 46) ** 2)) * (x < 470 ? -34 : 34)
    const sway = () => (next() - 0.5) * 12
    const path = `M${x + sway()} 140C${x + sway()} 320 ${x + pull + sway()} 480 ${x + pull} 590S${x + sway()} 760 ${x + sway()} 870`
    return `<path d="${path}" stroke="${tones[line % 3]}" stroke-width="${1 + next() * 3}" opacity="${0.25 + next() * 0.35}"/>`
  })
  const arches = range(7).map((arch) => {
    const [top, half] = [400 + arch * 46, 16 + arch * 9]
    return `<path d="M${320 - half} 870C${322 - half} ${top + 130} ${312} ${top} ${320} ${top}S${318 + half} ${top + 130} ${320 + half} 870" stroke="${darker(wood, 0.5)}" stroke-width="${3.4 - arch * 0.25}" opacity="0.38"/>`
  })
  const knot = range(4).map(
    (ring) =>
      `<ellipse cx="470" cy="590" rx="${5 + ring * 6}" ry="${11 + ring * 11}" stroke="${darker(wood, 0.55)}" stroke-width="2.5" opacity="${0.75 - ring * 0.14}"/>`,
  )
  return `<g fill="none">${lines.join("")}${arches.join("")}${knot.join("")}</g>`
}
