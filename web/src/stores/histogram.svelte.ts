// How many events there were in each part of a span, and how many of them were bad. Counts only: nothing is kept.

import { READABLE, onceAFrame } from '../frame'
import type { Event, Push } from '../protocol'
import { hub } from './connection.svelte'

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
  private next = new Map<number, Count>()
  private readonly draw = onceAFrame(() => (this.counts = new Map(this.next)), READABLE)

  constructor(private readonly isBad: (event: Event) => boolean) {}

  /** Counts what happens from `span` milliseconds before now on. */
  watch(filters: Record<string, readonly string[]>, since: string, span: number): () => void {
    this.width = span / BARS
    this.next = new Map()
    this.counts = new Map()
    return hub.subscribe('events', filters, { push: (push) => this.take(push) }, since)
  }

  /** The bars of the span that ends now. */
  bars(now: number): Bar[] {
    const last = Math.floor(now / this.width)
    return Array.from({ length: BARS }, (_, i) => {
      const number = last - BARS + 1 + i
      const from = number * this.width
      return { from, to: from + this.width, ...(this.counts.get(number) ?? { all: 0, bad: 0, gap: false }) }
    })
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
