// Searching lines; pure, so that it can be tested.

import type { Run } from './ansi'

/** A line longer than this is searched so far: a bad expression on a huge line would stop the page. */
const SEARCHED = 4_000
/** Marks of one line that are drawn. */
const MARKED = 100

export type Matcher = RegExp | null

/** What to look for, or the error that says why it is none. */
export function matcher(search: string, regex: boolean): { find: Matcher; bad: boolean } {
  if (search === '') return { find: null, bad: false }
  try {
    return { find: new RegExp(regex ? search : search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu'), bad: false }
  } catch {
    return { find: null, bad: true }
  }
}

export function matches(find: RegExp, text: string): boolean {
  find.lastIndex = 0
  return find.test(text.length > SEARCHED ? text.slice(0, SEARCHED) : text)
}

export interface Piece extends Run {
  marked: boolean
}

/** The runs, cut where a match begins and ends. */
export function marked(list: readonly Run[], find: Matcher): Piece[] {
  if (find === null) return list.map((run) => ({ ...run, marked: false }))
  const spans: [number, number][] = []
  find.lastIndex = 0
  for (const match of list.map(({ text }) => text).join('').slice(0, SEARCHED).matchAll(find)) {
    if (match[0] !== '') spans.push([match.index, match.index + match[0].length])
    if (spans.length >= MARKED) break
  }
  const pieces: Piece[] = []
  let at = 0
  for (const run of list) {
    const end = at + run.text.length
    let from = at
    for (const [start, stop] of spans) {
      if (stop <= from || start >= end) continue
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
