import { lighter } from "./colour.ts"
import { linear, scene, standingShadow } from "./scene.ts"

/** For a product without a picture: a parcel, tied up. */
export function placeholder(): string {
  const card = "#cdb792"
  const defs =
    linear("front", [lighter(card, 0.4), card], { to: [0.6, 1] }) + linear("side", ["#b59d75", "#9c855f"])
  const body = `${standingShadow(400, 742, 420)}
<path d="M226 452 400 396 574 452V684L400 744 226 684Z" fill="url(#front)"/><path d="M400 506 574 452V684L400 744Z" fill="url(#side)"/><path d="M226 452 400 396 574 452 400 506Z" fill="${lighter(card, 0.55)}"/>
<path d="M313 424 487 478V714M487 424 313 478V714" fill="none" stroke="#f4ead6" stroke-width="9" opacity="0.9"/>
<path d="M400 450C360 410 330 440 356 452C372 460 388 456 400 450C412 456 428 460 444 452C470 440 440 410 400 450" fill="none" stroke="#f9f1e0" stroke-width="9"/>`
  return scene({ backdrop: "#e6ddcd", table: 640, defs, body })
}
