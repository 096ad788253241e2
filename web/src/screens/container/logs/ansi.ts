// A log line as runs of text with the looks that its escapes ask for. What is no look is left out, what cannot
// be seen is made visible: nothing in a line moves the reader's eye elsewhere.

import { visible } from '../../../visible'
import { onPage, onColour } from './colour'

export interface Run {
  text: string
  /** Names of classes, space between. */
  look: string
  /** Colours that have no class, as a style of our own making. */
  style: string
}

interface Pen {
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  strike: boolean
  inverse: boolean
  front: Colour | null
  back: Colour | null
}

/** One of the sixteen by number, or three bytes. */
export type Colour = number | readonly [number, number, number]

const PLAIN: Pen = { bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false, front: null, back: null }

// eslint-disable-next-line no-control-regex -- escapes are what this is about
const ESCAPES = /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g

/** The text alone, as it is searched and copied. */
export function bare(text: string): string {
  return visible(lastOfReturns(text).replace(ESCAPES, ''))
}

export function runs(text: string): Run[] {
  const line = lastOfReturns(text)
  const found: Run[] = []
  let pen = PLAIN
  let at = 0
  const put = (part: string) => {
    if (part !== '') found.push({ text: visible(part), ...drawn(pen) })
  }
  for (const match of line.matchAll(ESCAPES)) {
    put(line.slice(at, match.index))
    at = match.index + match[0].length
    if (match[1] !== undefined) pen = changed(pen, match[1])
  }
  put(line.slice(at))
  return found
}

/** A progress bar writes its line anew after each return: what a terminal would show in the end. */
function lastOfReturns(text: string): string {
  if (!text.includes('\r')) return text
  return text.replace(/\r+$/, '').split('\r').at(-1) ?? ''
}

function changed(pen: Pen, codes: string): Pen {
  const list = codes.split(/[;:]/).map(Number)
  const next = { ...pen }
  for (let i = 0; i < list.length; i++) {
    const code = list[i] ?? 0
    if (code === 0) Object.assign(next, PLAIN)
    else if (code === 1) next.bold = true
    else if (code === 2) next.dim = true
    else if (code === 3) next.italic = true
    else if (code === 4) next.underline = true
    else if (code === 7) next.inverse = true
    else if (code === 9) next.strike = true
    else if (code === 22) next.bold = next.dim = false
    else if (code === 23) next.italic = false
    else if (code === 24) next.underline = false
    else if (code === 27) next.inverse = false
    else if (code === 29) next.strike = false
    else if (code >= 30 && code <= 37) next.front = code - 30
    else if (code >= 90 && code <= 97) next.front = code - 82
    else if (code >= 40 && code <= 47) next.back = code - 40
    else if (code >= 100 && code <= 107) next.back = code - 92
    else if (code === 39) next.front = null
    else if (code === 49) next.back = null
    else if (code === 38 || code === 48) {
      const [colour, used] = wide(list, i + 1)
      if (code === 38) next.front = colour
      else next.back = colour
      i += used
    }
  }
  return next
}

/** `5;n` or `2;r;g;b`, and how many numbers that were. */
function wide(list: readonly number[], at: number): [Colour | null, number] {
  const byte = (i: number) => Math.max(0, Math.min(255, list[at + i] ?? 0))
  if (list[at] === 2) return [[byte(1), byte(2), byte(3)], 4]
  if (list[at] !== 5) return [null, 0]
  const n = byte(1)
  if (n < 16) return [n, 2]
  if (n >= 232) return [[8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10], 2]
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40)
  return [[step(Math.floor((n - 16) / 36)), step(Math.floor((n - 16) / 6) % 6), step((n - 16) % 6)], 2]
}

function drawn(pen: Pen): { look: string; style: string } {
  const looks: string[] = []
  for (const name of ['bold', 'dim', 'italic', 'underline', 'strike'] as const) if (pen[name]) looks.push(`ansi-${name}`)
  let { front, back } = pen
  if (pen.inverse) {
    if (back === null && front === null) return { look: [...looks, 'ansi-inverse'].join(' '), style: '' }
    ;[front, back] = [back ?? 0, front ?? 7]
  }
  if (back !== null) return { look: looks.join(' '), style: onColour(front, back) }
  if (typeof front === 'number') looks.push(`ansi-${front}`)
  return { look: looks.join(' '), style: typeof front === 'object' && front !== null ? onPage(front) : '' }
}
