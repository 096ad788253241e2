// What is about to be pasted, and whether to ask before.

/** The most that is pasted at once; a file is the way for more. */
export const PASTE_MOST = 8 * 1024 * 1024
/** A terminal that reads line by line takes no more of a line. */
const LINE = 4_095
/** Lines shown of what would be pasted, and characters of each. */
const SHOWN = 100
const WIDTH = 400

export interface Paste {
  text: string
  bytes: number
  lines: number
  /** What of it is shown. */
  shown: string
  hidden: number
  /** It held control characters, which are now symbols. */
  control: boolean
  longLine: boolean
}

export function examine(raw: string): Paste {
  const normal = raw.replace(/\r\n?/g, '\n')
  const text = defused(normal)
  const all = text.split('\n')
  // What ends with a line end has no further line.
  if (all.length > 1 && all.at(-1) === '') all.pop()
  const shown = all.slice(0, SHOWN).map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line))
  const sizes = new TextEncoder()
  return {
    text,
    bytes: sizes.encode(text).length,
    lines: all.length,
    shown: shown.join('\n'),
    hidden: Math.max(0, all.length - SHOWN),
    control: text !== normal,
    longLine: all.some((line) => line.length > LINE / 4 && sizes.encode(line).length > LINE),
  }
}

/** One short line without an Enter is what people mean when they paste; all else is worth a look. */
export function worthAsking(paste: Paste): boolean {
  return paste.lines > 1 || paste.text.includes('\n') || paste.control || paste.bytes > LINE
}

/** All lines as one, so that nothing is run before Enter is pressed. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/**
 * Control characters other than tabs and line ends as their symbols: an escape could
 * end the brackets of a paste early, and the rest would count as typed.
 */
function defused(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (one) => {
    const code = one.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd'
  })
}
