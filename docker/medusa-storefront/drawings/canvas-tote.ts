import { darker, lighter } from "./colour.ts"
import { hangingShadow, linear, range, scene, weave } from "./scene.ts"

export type Tote = { canvas: string; print: string; backdrop: string }

const BAG =
  "M214 424C270 430 330 434 400 434S530 430 586 424C592 560 606 700 614 846C616 872 604 880 580 882C520 888 460 890 400 890S280 888 220 882C196 880 184 872 186 846C194 700 208 560 214 424Z"

export function canvasTote({ canvas, print, backdrop }: Tote): string {
  const defs =
    linear("canvas", [lighter(canvas, 0.45), canvas, darker(canvas, 0.12)], { to: [0.7, 1] }) +
    linear("strap", [darker(canvas, 0.14), lighter(canvas, 0.25), darker(canvas, 0.1)], { to: [1, 0] }) +
    linear("peg", ["#d5a878", "#a8713f", "#70421f"], { to: [0.8, 1] }) +
    weave("cloth", darker(canvas, 0.55), 7) +
    `<clipPath id="bag"><path d="${BAG}"/></clipPath>`
  const strap = (dx: number, tone: string, width: number) =>
    `<path d="M${290 - dx} 470C${292 - dx} 350 ${352 - dx / 2} 190 400 158C${448 + dx / 2} 190 ${508 + dx} 350 ${510 + dx} 470" fill="none" stroke="${tone}" stroke-width="${width}"/>`
  const body = `<g transform="translate(20 26)" opacity="0.1">${strap(0, "#2a1c10", 34)}</g>${hangingShadow(BAG, 22)}
${strap(-8, darker(canvas, 0.34), 30)}
<path d="M214 424C270 418 330 414 400 414S530 418 586 424L584 450H216Z" fill="${darker(canvas, 0.45)}"/>
<path d="${BAG}" fill="url(#canvas)"/>
<g clip-path="url(#bag)"><rect x="180" y="410" width="440" height="490" fill="url(#cloth)" opacity="0.13"/>${folds()}
<path d="M204 474C270 482 530 482 596 474" fill="none" stroke="${darker(canvas, 0.4)}" stroke-width="2.5" stroke-dasharray="9 6" opacity="0.8"/>
<path d="M204 424C270 436 530 436 596 424V440C530 450 270 450 204 440Z" fill="#fff8ea" opacity="0.25"/></g>
${motif(print)}
${strap(0, darker(canvas, 0.3), 36)}${strap(0, lighter(canvas, 0.12), 31)}${strap(0, darker(canvas, 0.28), 23).replace("/>", ' stroke-dasharray="8 6" opacity="0.35"/>')}${strap(0, lighter(canvas, 0.14), 20)}
${[290, 510].map((x) => strapEnd(x, canvas)).join("")}
<circle cx="400" cy="146" r="34" fill="#2a1c10" opacity="0.14" transform="translate(8 12)"/><circle cx="400" cy="140" r="33" fill="url(#peg)"/><circle cx="392" cy="131" r="16" fill="#ffffff" opacity="0.16"/>`
  return scene({ backdrop, defs, body })
}

const folds = (): string =>
  [
    "M250 440C262 560 236 700 246 880H282C266 700 290 560 268 440Z",
    "M540 440C528 570 560 700 548 880H518C536 700 510 570 528 440Z",
    "M372 700C380 760 366 830 372 890H398C388 830 404 760 390 700Z",
  ]
    .map((path) => `<path d="${path}" fill="#2a1c10" opacity="0.06"/>`)
    .join("") + `<path d="M186 800C300 836 500 836 614 800V900H186Z" fill="#2a1c10" opacity="0.06"/>`

/** A branch, printed in one colour. */
function motif(print: string): string {
  const leaves = range(6).flatMap((pair) => {
    const y = 806 - pair * 40
    const size = 40 - pair * 3.5
    return [-1, 1].map(
      (side) =>
        `<path d="M400 ${y}c${side * size * 0.3} ${-size * 0.9} ${side * size * 1.3} ${-size * 1.1} ${side * size * 1.75} ${-size * 1.05}c${-side * size * 0.1} ${size * 0.7} ${-side * size * 0.8} ${size * 1.25} ${-side * size * 1.75} ${size * 1.05}z"/>`,
    )
  })
  return `<g fill="${print}" opacity="0.88"><path d="M397 834C396 740 397 640 400 548L404 548C404 640 404 740 403 834Z"/><path d="M402 556c-14-22-12-42 0-58 12 16 14 36 0 58z"/>${leaves.join("")}</g>`
}

function strapEnd(x: number, canvas: string): string {
  const stitch = darker(canvas, 0.45)
  return `<rect x="${x - 18}" y="462" width="36" height="58" rx="2" fill="${lighter(canvas, 0.12)}" stroke="${darker(canvas, 0.3)}" stroke-width="1.5"/><path d="M${x - 13} 470h26v44h-26zM${x - 13} 470l26 44M${x + 13} 470l-26 44" fill="none" stroke="${stitch}" stroke-width="2" stroke-dasharray="5 3.5"/>`
}
