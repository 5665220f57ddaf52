import { darker, lighter } from "./colour.ts"
import { hangingShadow, linear, range, scene, weave } from "./scene.ts"

export type Notebook = { cover: string; band: string; backdrop: string; dotted: boolean }

const COVER = "M176 322a12 12 0 0 1 12-12H488a16 16 0 0 1 16 16V764a16 16 0 0 1-16 16H188a12 12 0 0 1-12-12Z"
const PAGES = "M330 216H616a12 12 0 0 1 12 12V672a12 12 0 0 1-12 12H330Z"

export function fieldNotebook({ cover, band, backdrop, dotted }: Notebook): string {
  const defs =
    linear("cover", [lighter(cover, 0.2), cover, darker(cover, 0.16)], { to: [0.8, 1] }) +
    linear("paper", ["#fffdf6", "#f7f0df"], { to: [0.6, 1] }) +
    linear("pencil", ["#e9b949", "#d79a2b", "#b67b1c"], { to: [1, 0] }) +
    weave("grain", darker(cover, 0.6), 6) +
    `<pattern id="dots" width="22" height="22" patternUnits="userSpaceOnUse"><circle cx="11" cy="11" r="1.9" fill="#8f8672"/></pattern>`
  const body = `${openPages(dotted)}${closed(cover, band)}${pencil()}`
  return scene({ backdrop, defs, body })
}

/** The one behind lies open, so that its ruling shows. */
function openPages(dotted: boolean): string {
  const edges = range(4).map(
    (sheet) =>
      `<path d="${PAGES}" transform="translate(${8 - sheet * 2} ${8 - sheet * 2})" fill="#efe6d1" stroke="#d5c9ae" stroke-width="1"/>`,
  )
  const ruling = dotted ? `<rect x="352" y="238" width="260" height="430" fill="url(#dots)"/>` : ""
  const sketch = `<path d="M486 330c26-42 70-40 92-20M486 330c34 6 66 4 92-20M486 330l-28 34M508 322c14-6 30-8 46-8" fill="none" stroke="#6b7c68" stroke-width="3" stroke-linecap="round" opacity="0.8"/>`
  return `<g transform="rotate(9 480 450)">${hangingShadow(PAGES, 14)}${edges.join("")}<path d="${PAGES}" fill="url(#paper)"/>${ruling}${sketch}
<path d="M330 216h34V684h-34z" fill="#2a1c10" opacity="0.06"/></g>`
}

function closed(cover: string, band: string): string {
  const stitches = range(13).map((stitch) => `<path d="M197 ${338 + stitch * 33}v20"/>`)
  return `<g transform="rotate(-7 340 545)">${hangingShadow(COVER, 18)}
<path d="${COVER}" transform="translate(7 7)" fill="#f3ead6"/><path d="${COVER}" transform="translate(4 4)" fill="#e2d6bb"/>
<path d="${COVER}" fill="url(#cover)"/><path d="${COVER}" fill="url(#grain)" opacity="0.08"/>
<path d="M176 322a12 12 0 0 1 12-12h30V780h-30a12 12 0 0 1-12-12Z" fill="${darker(cover, 0.4)}" opacity="0.55"/>
<g stroke="#f1e5c8" stroke-width="4" stroke-linecap="round">${stitches.join("")}</g>
<rect x="262" y="392" width="190" height="116" rx="5" fill="#f8f1e1"/><rect x="270" y="400" width="174" height="100" rx="3" fill="none" stroke="${darker(cover, 0.1)}" stroke-width="2"/>
<path d="M292 436h130M292 462h92" stroke="${darker(cover, 0.35)}" stroke-width="3" stroke-linecap="round" opacity="0.7"/>
<path d="M470 310h15V780h-15z" fill="${band}"/><path d="M470 310h4V780h-4z" fill="#ffffff" opacity="0.18"/></g>`
}

function pencil(): string {
  const outline = "M-11-230H11V190L0 232-11 190Z"
  return `<g transform="translate(600 690) rotate(34)">${hangingShadow(outline, 9)}<path d="M-11-214H11V190H-11z" fill="url(#pencil)"/><path d="M-4-214H3V190H-4z" fill="#ffffff" opacity="0.22"/>
<path d="M-11-232h22v22h-22z" fill="#b9b4a8"/><path d="M-11-252a11 8 0 0 1 22 0v22h-22z" fill="#c97a68"/><path d="M-11 190H11L0 232Z" fill="#ecd2a4"/><path d="M-4.2 216H4.2L0 232Z" fill="#3a342b"/></g>`
}
