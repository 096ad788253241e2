// Events that explain a course, as marks on it.

import type { Event } from '../../../protocol'
import type { Row } from '../../../stores/events.svelte'
import { detail, eventLook } from '../../events/words'
import type { Shape, Tone } from '../../../state'

export interface Mark {
  /** Seconds. */
  time: number
  word: string
  shape: Shape
  tone: Tone
}

/** Actions that explain a course. */
export const MARKED: ReadonlySet<string> = new Set(['start', 'die', 'oom', 'restart', 'kill', 'pause', 'unpause'])

/** Oldest first. */
export function marksOf(rows: readonly Row[]): Mark[] {
  const events = rows.map(({ event }) => event).filter((event): event is Event => event !== undefined && MARKED.has(event.action))
  return events
    .map((event) => {
      const { shape, tone } = eventLook(event)
      return { time: event.timestamp, word: words(event), shape, tone }
    })
    .reverse()
}

function words(event: Event): string {
  const first = detail(event, false)
  return first === '' ? event.action : `${event.action}, ${first}`
}
