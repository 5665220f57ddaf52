import { darker, lighter, mix } from "./colour.ts"
import { dice, hangingShadow, linear, range, scene, weave } from "./scene.ts"

export type Throw = { wool: string; stripe: string; backdrop: string }

const LEFT = 196
const RIGHT = 604
const BOTTOM = 770
const FRONT = `M${LEFT} 236C${LEFT} 214 210 206 232 206H568C590 206 ${RIGHT} 214 ${RIGHT} 236C606 420 600 600 ${RIGHT + 6} ${BOTTOM}C560 ${BOTTOM + 10} 520 ${BOTTOM - 8} 470 ${BOTTOM + 2}S360 ${BOTTOM + 12} 310 ${BOTTOM}S230 ${BOTTOM - 6} ${LEFT - 6} ${BOTTOM + 2}C200 600 194 420 ${LEFT} 236Z`

export function woolThrow({ wool, stripe, backdrop }: Throw): string {
  const defs =
    linear("wool", [lighter(wool, 0.28), wool, darker(wool, 0.1)], { to: [0.35, 1] }) +
    linear("rail", ["#c89a6b", "#a97747", "#75492a"]) +
    herringbone(wool) +
    weave("nap", darker(wool, 0.4), 5) +
    `<clipPath id="front"><path d="${FRONT}"/></clipPath>`
  const body = `${hangingShadow(FRONT, 24)}
<path d="M234-10 250 236M566-10 550 236" stroke="#8a5a36" stroke-width="9"/>
<rect x="84" y="214" width="632" height="27" rx="13" fill="url(#rail)"/>
${fringe({ wool: darker(wool, 0.26), top: 700, length: 56, seed: 3, shift: 14 })}
<path d="M214 230H592L598 706H208Z" fill="${darker(wool, 0.3)}"/>
${fringe({ wool, top: BOTTOM - 4, length: 74, seed: 11, shift: 0 })}
<path d="${FRONT}" fill="url(#wool)"/>
<g clip-path="url(#front)"><rect x="180" y="200" width="440" height="590" fill="url(#herringbone)" opacity="0.55"/>
${stripes(stripe)}<rect x="180" y="200" width="440" height="590" fill="url(#nap)" opacity="0.08"/>${folds()}
<rect x="180" y="200" width="440" height="34" fill="#fff8ea" opacity="0.22"/><rect x="180" y="236" width="440" height="12" fill="#2a1c10" opacity="0.1"/></g>`
  return scene({ backdrop, defs, body })
}

function herringbone(wool: string): string {
  const [dark, light] = [darker(wool, 0.34), lighter(wool, 0.5)]
  const rows = range(4).map((row) => {
    const y = row * 12
    return `<path d="M0 ${y + 22}L22 ${y}L44 ${y + 22}" stroke="${dark}"/><path d="M0 ${y + 28}L22 ${y + 6}L44 ${y + 28}" stroke="${light}"/>`
  })
  return `<pattern id="herringbone" width="44" height="12" patternUnits="userSpaceOnUse"><g fill="none" stroke-width="3.6" transform="translate(0 -24)">${rows.join("")}</g></pattern>`
}

const stripes = (stripe: string): string =>
  [
    [624, 12],
    [648, 40],
    [700, 12],
  ]
    .map(
      ([y, height]) =>
        `<rect x="180" y="${y}" width="440" height="${height}" fill="${stripe}" opacity="0.78"/>`,
    )
    .join("")

/** Cloth that hangs stands in waves: bands of shade, each with a light beside it. */
function folds(): string {
  return [250, 336, 428, 508, 566]
    .map((x, at) => {
      const width = 34 + (at % 3) * 12
      const shade = `<path d="M${x} 236C${x + 12} 420 ${x - 8} 600 ${x + 4} 790H${x + width}C${x + width - 10} 600 ${x + width + 8} 420 ${x + width * 0.5} 236Z" fill="#2a1c10" opacity="0.075"/>`
      const light = `<path d="M${x - 26} 236C${x - 16} 420 ${x - 34} 600 ${x - 22} 790H${x - 4}C${x - 14} 600 ${x + 2} 420 ${x - 10} 236Z" fill="#fff8ea" opacity="0.13"/>`
      return shade + light
    })
    .join("")
}

type Fringe = { wool: string; top: number; length: number; seed: number; shift: number }

function fringe({ wool, top, length, seed, shift }: Fringe): string {
  const next = dice(seed)
  const count = 46
  const threads = range(count).map((thread) => {
    const x = LEFT + shift - 4 + (thread * (RIGHT - LEFT - 2 * shift + 10)) / (count - 1)
    const end = top + length + (next() - 0.5) * 18
    const tone = mix(wool, thread % 2 ? "#2a1c10" : "#fff8ea", 0.08 + next() * 0.14)
    return `<path d="M${x} ${top}C${x + (next() - 0.5) * 8} ${top + 26} ${x + (next() - 0.5) * 14} ${end - 20} ${x + (next() - 0.5) * 10} ${end}" stroke="${tone}" stroke-width="${4.5 + next() * 2}"/>`
  })
  return `<g fill="none" stroke-linecap="round">${threads.join("")}</g>`
}
