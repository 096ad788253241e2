// A list of events, newest first, and the gaps between them.

import { READABLE, onceAFrame } from '../frame'
import type { ErrorBody, Event, Gap, Push } from '../protocol'
import { hub } from './connection.svelte'

export type Row = { key: string; event: Event; gap?: never } | { key: string; gap: Gap; event?: never }

/** Rows kept; older ones are the hub's to keep. */
const KEPT = 5_000

export class EventList {
  rows = $state.raw<readonly Row[]>([])
  /** How many came while the list was held. */
  waiting = $state(0)
  /** Older rows were let go. */
  cut = $state(false)
  refused = $state.raw<ErrorBody | null>(null)
  private fresh: Row[] = []
  private isHeld = false
  private count = 0
  private until = Infinity
  private readonly draw = onceAFrame(() => this.apply(), READABLE)

  constructor(private readonly kept = KEPT) {}

  /** `since` is a time; begins with what has happened after it, and takes none after `until` (milliseconds). */
  watch(filters: Record<string, readonly string[]>, since: string, until = Infinity): () => void {
    this.until = until
    this.rows = []
    this.fresh = []
    this.waiting = 0
    this.cut = false
    this.refused = null
    const rejected = (error: ErrorBody) => (this.refused = error)
    return hub.subscribe('events', filters, { push: (push) => this.take(push), rejected }, since)
  }

  /** While held, rows stand still and newcomers are counted. */
  set held(held: boolean) {
    this.isHeld = held
    if (!held) this.draw()
  }

  private take(push: Push): void {
    const key = String(++this.count)
    if (push.type === 'event' && push.data.timestamp * 1000 > this.until) return
    if (push.type === 'gap' && Date.parse(push.data.from) > this.until) return
    if (push.type === 'event') this.fresh.push({ key, event: push.data })
    else if (push.type === 'gap') this.fresh.push({ key, gap: push.data })
    else return
    // A list held for hours needs no more than it can show.
    if (this.fresh.length > this.kept * 2) {
      this.fresh = this.fresh.slice(-this.kept)
      this.cut = true
    }
    this.draw()
  }

  private apply(): void {
    if (this.isHeld) {
      this.waiting = this.fresh.length
      return
    }
    this.waiting = 0
    if (this.fresh.length === 0) return
    const rows = [...this.fresh.reverse(), ...this.rows]
    this.fresh = []
    if (rows.length > this.kept) this.cut = true
    this.rows = rows.slice(0, this.kept)
  }
}
