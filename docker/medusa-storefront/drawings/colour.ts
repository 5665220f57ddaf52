/** Colours as #rrggbb, and the tones that light and shade make of them. */
type Rgb = [number, number, number]

const parse = (colour: string): Rgb => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as Rgb

/** @param share how much of `other` goes in, from 0 to 1 */
export function mix(colour: string, other: string, share: number): string {
  const [a, b] = [parse(colour), parse(other)]
  const parts = a.map((part, at) => Math.round(part + ((b[at] ?? part) - part) * share))
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`
}

/** Warm, as the light of the pictures is. */
export const lighter = (colour: string, share: number): string => mix(colour, "#fff8ea", share)
export const darker = (colour: string, share: number): string => mix(colour, "#2a1c10", share)
