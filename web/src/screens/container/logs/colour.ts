// Colours that a log asks for, moved as far as they must be to be read, in either theme.

import type { Colour } from './ansi'

type Bytes = readonly [number, number, number]

const SIXTEEN: readonly Bytes[] = [
  [0, 0, 0], [178, 34, 34], [30, 130, 50], [150, 105, 0], [30, 90, 190], [150, 50, 150], [0, 125, 140], [200, 200, 200],
  [110, 110, 110], [230, 90, 80], [80, 190, 100], [220, 180, 60], [100, 160, 255], [210, 120, 210], [80, 200, 220], [255, 255, 255],
]
const LIGHT: Bytes = [255, 255, 255]
const DARK: Bytes = [21, 26, 32]
/** What the smallest text needs. */
const CONTRAST = 4.5

const cache = new Map<string, string>()

/** A style for text of this colour on the page's own ground. */
export function onPage(colour: Bytes): string {
  return cached(`f${colour.join()}`, () => `color: light-dark(${css(readable(colour, LIGHT))}, ${css(readable(colour, DARK))})`)
}

/** A style for text on a ground of its own. */
export function onColour(front: Colour | null, back: Colour): string {
  return cached(`${String(front)} on ${String(back)}`, () => {
    const ground = bytes(back)
    const text = front === null ? (luminance(ground) > 0.2 ? [0, 0, 0] : [255, 255, 255]) : bytes(front)
    return `background: ${css(ground)}; color: ${css(readable(text as Bytes, ground))}`
  })
}

/** Lines ask for few colours, but could ask for all there are. */
function cached(key: string, make: () => string): string {
  const known = cache.get(key)
  if (known !== undefined) return known
  if (cache.size > 4_096) cache.clear()
  const made = make()
  cache.set(key, made)
  return made
}

const bytes = (colour: Colour): Bytes => (typeof colour === 'number' ? (SIXTEEN[colour] ?? LIGHT) : colour)
const css = (colour: Bytes) => `rgb(${colour.map(Math.round).join(' ')})`

export function luminance(colour: Bytes): number {
  const [r, g, b] = colour.map((byte) => {
    const part = byte / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Bytes
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function contrast(a: Bytes, b: Bytes): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** The colour itself, or mixed with black or white until it can be read on the ground. */
function readable(colour: Bytes, ground: Bytes): Bytes {
  const towards = contrast([255, 255, 255], ground) > contrast([0, 0, 0], ground) ? 255 : 0
  for (let mix = 0; mix < 1; mix += 0.1) {
    const mixed = colour.map((byte) => byte + (towards - byte) * mix) as unknown as Bytes
    if (contrast(mixed, ground) >= CONTRAST) return mixed
  }
  return [towards, towards, towards]
}
