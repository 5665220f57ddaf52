import { darker, lighter } from "./colour.ts"
import { hangingShadow, linear, range, scene, weave } from "./scene.ts"

export type Shirt = { linen: string; button: string; backdrop: string }

const BODY =
  "M334 262C300 272 262 288 236 306C242 380 246 420 244 470C242 600 236 720 232 838C262 868 312 882 356 884C376 884 390 872 400 862C410 872 424 884 444 884C488 882 538 868 568 838C564 720 558 600 556 470C554 420 558 380 564 306C538 288 500 272 466 262C440 288 360 288 334 262Z"
const SLEEVE =
  "M238 304C204 316 186 340 176 380C158 470 140 580 130 690C128 712 128 728 130 742C150 754 182 758 204 752C208 736 212 716 216 700C226 620 238 540 246 476Z"

const mirrored = (shape: string): string => `<g transform="translate(800 0) scale(-1 1)">${shape}</g>`

export function linenShirt({ linen, button, backdrop }: Shirt): string {
  const defs =
    linear("linen", [lighter(linen, 0.4), linen, darker(linen, 0.12)], { to: [0.8, 1] }) +
    linear("sleeve", [lighter(linen, 0.25), linen, darker(linen, 0.22)], { to: [1, 0.4] }) +
    linear("wood", ["#d0a273", "#a8733f", "#7a4c26"]) +
    weave("cloth", darker(linen, 0.6), 5) +
    `<clipPath id="body"><path d="${BODY}"/></clipPath><clipPath id="arm"><path d="${SLEEVE}"/></clipPath>`
  const body = `${hangingShadow(BODY, 22)}${hangingShadow(SLEEVE, 22)}
<path d="M398 232V196C398 178 432 176 430 150C428 124 388 124 388 150" fill="none" stroke="#8d8778" stroke-width="8" stroke-linecap="round"/>
<circle cx="409" cy="120" r="13" fill="url(#wood)"/>
<path d="M400 236C370 242 340 256 310 274V310H490V274C460 256 430 242 400 236Z" fill="url(#wood)"/>
${sleeve(linen)}${mirrored(sleeve(linen))}
<path d="M340 258C360 236 440 236 460 258L452 300H348Z" fill="${darker(linen, 0.38)}"/>
<path d="${BODY}" fill="url(#linen)"/>
<g clip-path="url(#body)"><path d="${BODY}" fill="url(#cloth)" opacity="0.16"/>${folds()}
<path d="M232 838C262 868 312 882 356 884C376 884 390 872 400 862C410 872 424 884 444 884C488 882 538 868 568 838" fill="none" stroke="${darker(linen, 0.45)}" stroke-width="2.5" stroke-dasharray="7 5" transform="translate(0 -14)" opacity="0.6"/></g>
${pocket(linen)}${placket(linen, button)}${collar(linen)}`
  return scene({ backdrop, defs, body })
}

function sleeve(linen: string): string {
  return `<path d="${SLEEVE}" fill="url(#sleeve)"/><g clip-path="url(#arm)"><path d="${SLEEVE}" fill="url(#cloth)" opacity="0.16"/>
<path d="M236 330C214 420 200 560 176 700H208C226 560 240 440 250 350Z" fill="#2a1c10" opacity="0.12"/><path d="M196 350C180 430 164 560 152 690" fill="none" stroke="#fff8ea" stroke-width="12" opacity="0.12"/>
<path d="M128 690C150 704 190 708 218 700" fill="none" stroke="${darker(linen, 0.5)}" stroke-width="2.5" opacity="0.7"/><path d="M128 696C150 710 190 714 218 706" fill="none" stroke="${darker(linen, 0.4)}" stroke-width="2" stroke-dasharray="6 5" opacity="0.6"/></g>`
}

/** Linen keeps its creases: long soft ones from the shoulders, short ones at the waist. */
const folds = (): string =>
  [
    "M262 320C290 430 268 560 280 700C284 780 276 830 284 880H306C300 780 312 640 300 520C296 440 290 380 278 318Z",
    "M538 320C512 440 534 560 520 700C516 780 524 830 518 880H494C502 780 488 640 500 520C504 440 510 380 522 318Z",
    "M330 560C340 640 326 740 336 870H356C348 740 362 640 350 560Z",
    "M452 600C444 680 460 760 450 870H432C440 760 428 680 438 600Z",
  ]
    .map((path) => `<path d="${path}" fill="#2a1c10" opacity="0.07"/>`)
    .join("") +
  `<g fill="none" stroke="#2a1c10" stroke-width="3" opacity="0.09" stroke-linecap="round"><path d="M250 520C280 532 300 530 330 516M246 548C276 562 310 560 338 548M554 540C526 552 500 550 474 538M244 400C262 412 276 414 292 408M556 410C540 420 526 420 510 414"/></g>` +
  `<path d="M300 300C312 420 306 560 314 720" fill="none" stroke="#fff8ea" stroke-width="16" opacity="0.12"/>`

function placket(linen: string, button: string): string {
  const buttons = range(6).map((place) => {
    const y = 372 + place * 84
    return `<circle cx="401" cy="${y + 2}" r="10" fill="#2a1c10" opacity="0.25"/><circle cx="400" cy="${y}" r="9.5" fill="${button}"/><circle cx="400" cy="${y}" r="6.5" fill="none" stroke="${darker(button, 0.35)}" stroke-width="1.2"/><path d="M397 ${y - 3}h.1M403 ${y - 3}h.1M397 ${y + 3}h.1M403 ${y + 3}h.1" stroke="${darker(button, 0.65)}" stroke-width="2.4" stroke-linecap="round"/>`
  })
  return `<path d="M380 318H420L422 858C414 866 406 872 400 862C394 872 386 868 378 862Z" fill="${lighter(linen, 0.2)}"/><path d="M422 320V860" stroke="#2a1c10" stroke-width="3" opacity="0.2"/><path d="M384 322V858M416 322V858" stroke="${darker(linen, 0.4)}" stroke-width="1.8" stroke-dasharray="6 5" opacity="0.6"/>${buttons.join("")}`
}

const pocket = (linen: string): string =>
  `<path d="M454 430H534V520L494 540 454 520Z" fill="${lighter(linen, 0.1)}" opacity="0.75"/><path d="M454 430H534V520L494 540 454 520ZM454 444H534" fill="none" stroke="${darker(linen, 0.45)}" stroke-width="2" stroke-dasharray="6 4.5" opacity="0.65"/><path d="M534 432V522L494 542" fill="none" stroke="#2a1c10" stroke-width="3" opacity="0.14"/>`

function collar(linen: string): string {
  const half = `<path d="M400 322C376 308 352 286 338 252C330 262 318 284 312 306C322 330 340 350 358 362C374 352 390 338 400 322Z" fill="${lighter(linen, 0.3)}"/><path d="M400 322C376 308 352 286 338 252" fill="none" stroke="#2a1c10" stroke-width="3" opacity="0.2"/><path d="M392 326C378 340 370 348 358 354C344 344 330 328 320 308" fill="none" stroke="${darker(linen, 0.4)}" stroke-width="1.8" stroke-dasharray="6 4.5" opacity="0.7"/>`
  return `<path d="M312 306C330 350 350 372 360 374C380 362 392 350 400 336C408 350 420 362 440 374C450 372 470 350 488 306L466 300 400 330 334 300Z" fill="#2a1c10" opacity="0.1"/><path d="M338 254C360 240 440 240 462 254C448 282 424 308 400 322C376 308 352 282 338 254Z" fill="${darker(linen, 0.3)}"/><path d="M346 258C366 268 434 268 454 258" fill="none" stroke="${darker(linen, 0.5)}" stroke-width="2" opacity="0.6"/>${half}${mirrored(half)}`
}
