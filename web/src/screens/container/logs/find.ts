// Searching lines; pure, so that it can be tested.

import type { Run } from './ansi'

/** A line longer than this is searched so far. */
export const SEARCHED = 4_000
/** Marks of one line that are drawn. */
const MARKED = 100

export type Matcher = RegExp | null
/** Where a match begins and ends; one of nothing, as of an empty line, is a match with nothing to mark. */
export type Span = readonly [number, number]

/** What to look for, or the error that says why it is none. */
export function matcher(search: string, regex: boolean): { find: Matcher; bad: boolean } {
  if (search === '') return { find: null, bad: false }
  try {
    return { find: new RegExp(regex ? search : search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu'), bad: false }
  } catch {
    return { find: null, bad: true }
  }
}

/** Where the text matches; an expression that a person typed may take for ever to say. */
export function spans(find: RegExp, text: string): Span[] {
  const found: Span[] = []
  for (const match of text.slice(0, SEARCHED).matchAll(find)) {
    found.push([match.index, match.index + match[0].length])
    if (found.length >= MARKED) break
  }
  return found
}

export interface Piece extends Run {
  marked: boolean
}

/** The runs, cut where a match begins and ends. */
export function marked(list: readonly Run[], found: readonly Span[]): Piece[] {
  if (found.length === 0) return list.map((run) => ({ ...run, marked: false }))
  const pieces: Piece[] = []
  let at = 0
  for (const run of list) {
    const end = at + run.text.length
    let from = at
    for (const [start, stop] of found) {
      if (start === stop || stop <= from || start >= end) continue
      if (start > from) pieces.push({ ...run, text: run.text.slice(from - at, start - at), marked: false })
      const [first, last] = [Math.max(start, from), Math.min(stop, end)]
      pieces.push({ ...run, text: run.text.slice(first - at, last - at), marked: true })
      from = last
    }
    if (from < end) pieces.push({ ...run, text: run.text.slice(from - at), marked: false })
    at = end
  }
  return pieces
}
