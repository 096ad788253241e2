// How many events there were in each part of a span, and how many of them tell of a failure. The hub counts what was,
// the page what comes. Counts only: nothing is kept.

import { READABLE, onceAFrame } from '../frame'
import type { Event, Push } from '../protocol'
import { hub } from './connection.svelte'
import { readLog } from './reading'

/** Bars of a histogram. */
export const BARS = 60

export interface Bar {
  /** Its first millisecond. */
  from: number
  to: number
  all: number
  bad: number
  /** Something of this time is not known. */
  gap: boolean
  /** The hub has not counted this far yet. */
  pending: boolean
}

interface Count {
  all: number
  bad: number
  gap: boolean
}

export class Histogram {
  /** By number of the bar since 1970. */
  counts = $state.raw<ReadonlyMap<number, Count>>(new Map())
  /** Milliseconds of a bar. */
  width = $state(60_000)
  /** Down to this moment everything is counted; -Infinity: all of it. */
  counted = $state(Infinity)
  private next = new Map<number, Count>()
  private readonly draw = onceAFrame(() => (this.counts = new Map(this.next)), READABLE)

  constructor(private readonly isBad: (event: Event) => boolean) {}

  /** Counts what happened from `since` on, `span` milliseconds ago, and what comes after `position`. */
  watch(filters: Record<string, readonly string[]>, since: string, span: number, position: string): () => void {
    this.width = span / BARS
    this.next = new Map()
    this.counts = new Map()
    this.counted = Infinity
    let watching = true
    void this.past({ ...filters, since, until: position, step: this.width / 1000 }, () => watching)
    const end = hub.subscribe('events', filters, { push: (push) => this.take(push) }, position)
    return () => {
      watching = false
      end()
    }
  }

  /** The bars of the span that ends now. */
  bars(now: number): Bar[] {
    const last = Math.floor(now / this.width)
    return Array.from({ length: BARS }, (_, i) => {
      const number = last - BARS + 1 + i
      const from = number * this.width
      const count = this.counts.get(number) ?? { all: 0, bad: 0, gap: false }
      return { from, to: from + this.width, ...count, pending: from < this.counted && this.counted > -Infinity && from + this.width <= now }
    })
  }

  /** A long log is counted in several answers, from its end on. */
  private async past(asked: object, watching: () => boolean): Promise<void> {
    for (let after: string | null | undefined; ; ) {
      // Who refuses it refuses the list too, which says so.
      const answer = await readLog('count', { ...asked, ...(after ? { after } : {}) }, watching).catch(() => null)
      if (answer === null) return
      for (const { from, events, failures, gaps } of answer.items) {
        const count = this.at(Date.parse(from))
        count.all += events
        count.bad += failures
        count.gap ||= gaps > 0
      }
      after = answer.next
      this.counted = after ? Date.parse(answer.from) : -Infinity
      this.draw()
      if (!after) return
    }
  }

  private take(push: Push): void {
    if (push.type === 'event') {
      const count = this.at(push.data.timestamp * 1000)
      count.all++
      if (this.isBad(push.data)) count.bad++
    } else if (push.type === 'gap') this.at(Date.parse(push.data.to)).gap = true
    else return
    this.draw()
  }

  private at(ms: number): Count {
    const number = Math.floor(ms / this.width)
    const count = this.next.get(number) ?? { all: 0, bad: 0, gap: false }
    this.next.set(number, count)
    // A page that stays open for days keeps no more than it can show, twice.
    if (this.next.size > BARS * 2) this.next.delete(Math.min(...this.next.keys()))
    return count
  }
}
