/** What all drawings share: format, backdrop, light from the upper left, and soft shadows. */
import { darker, lighter } from "./colour.ts"

export const WIDTH = 800
export const HEIGHT = 1000

type Scene = {
  backdrop: string
  /** Height of the edge where the wall becomes the table; none for things that hang or lie. */
  table?: number
  defs?: string
  body: string
}

/** @returns a whole SVG document */
export function scene({ backdrop, table, defs = "", body }: Scene): string {
  const wall = linear("wall", [lighter(backdrop, 0.35), backdrop, darker(backdrop, 0.06)], { to: [0.3, 1] })
  const light = radial("light", ["#ffffff", 0.55], ["#ffffff", 0], { at: [0.22, 0.12], radius: 0.85 })
  const soft = radial("soft", ["#2a1c10", 0.42], ["#2a1c10", 0])
  const ground = table === undefined ? "" : surface(table, backdrop)
  return tidy(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<defs>${wall}${light}${soft}${defs}</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#wall)"/>
${ground}<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#light)"/>
${body}
</svg>`)
}

function surface(edge: number, backdrop: string): string {
  const top = linear("table", [lighter(backdrop, 0.5), lighter(backdrop, 0.15), darker(backdrop, 0.05)])
  const dusk = radial("dusk", [darker(backdrop, 0.5), 0.14], [darker(backdrop, 0.5), 0])
  return (
    `<defs>${top}${dusk}</defs><ellipse cx="${WIDTH / 2}" cy="${edge}" rx="${WIDTH * 0.8}" ry="90" fill="url(#dusk)"/>` +
    `<rect y="${edge}" width="${WIDTH}" height="${HEIGHT - edge}" fill="url(#table)"/>`
  )
}

/** The shadow of something that stands: it falls to the right. */
export function standingShadow(x: number, y: number, width: number): string {
  return (
    `<ellipse cx="${x + width * 0.16}" cy="${y}" rx="${width * 0.72}" ry="${width * 0.11}" fill="url(#soft)"/>` +
    `<ellipse cx="${x + width * 0.02}" cy="${y - 4}" rx="${width * 0.5}" ry="${width * 0.045}" fill="url(#soft)"/>`
  )
}

/** The shadow on the wall of something that hangs: its outline, moved and faded. */
export function hangingShadow(outline: string, distance = 16): string {
  return [1, 0.66, 0.33]
    .map((share) => {
      const stroke = distance * 1.6 * share
      return `<path d="${outline}" transform="translate(${distance} ${distance * 1.25})" fill="#2a1c10" stroke="#2a1c10" stroke-width="${stroke}" stroke-linejoin="round" opacity="0.055"/>`
    })
    .join("")
}

export function linear(
  id: string,
  colours: string[],
  { to = [0, 1] }: { to?: [number, number] } = {},
): string {
  const stops = colours.map(
    (colour, at) => `<stop offset="${at / (colours.length - 1)}" stop-color="${colour}"/>`,
  )
  return `<linearGradient id="${id}" x1="0" y1="0" x2="${to[0]}" y2="${to[1]}">${stops.join("")}</linearGradient>`
}

type Tone = [colour: string, opacity: number]

export function radial(
  id: string,
  inner: Tone,
  outer: Tone,
  { at = [0.5, 0.5], radius = 0.5 }: { at?: [number, number]; radius?: number } = {},
): string {
  const stop = (offset: number, [colour, opacity]: Tone) =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`
  return `<radialGradient id="${id}" cx="${at[0]}" cy="${at[1]}" r="${radius}">${stop(0, inner)}${stop(1, outer)}</radialGradient>`
}

/** Threads over and under, so fine that they read as cloth. */
export function weave(id: string, colour: string, size: number): string {
  const half = size / 2
  return (
    `<pattern id="${id}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">` +
    `<path d="M0 ${half / 2}h${half}M${half} ${half * 1.5}h${half}M${half * 1.5} 0v${half}M${half / 2} ${half}v${half}" stroke="${colour}" stroke-width="${half * 0.55}"/></pattern>`
  )
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** The same numbers from 0 to 1 each time, so that a picture is the same in each build. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** One decimal is a tenth of a dot on the largest screen. */
const tidy = (svg: string): string => svg.replace(/\d+\.\d{2,}/g, (figure) => String(+(+figure).toFixed(2)))
