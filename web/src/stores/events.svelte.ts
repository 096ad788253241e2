// A list of events, newest first, and the gaps between them: at once the newest, older ones when they are read, and
// what happens meanwhile. Never more than `kept` rows.

import { tick, untrack } from 'svelte'
import { READABLE, onceAFrame } from '../frame'
import { HubError } from '../hub'
import type { ErrorBody, Event, EventPage, Gap, Push } from '../protocol'
import { hub } from './connection.svelte'
import { readLog } from './reading'

interface At {
  key: string
  /** Orders rows as text. */
  position: string
}
export type Row = At & ({ event: Event; gap?: never } | { gap: Gap; event?: never })

/** Rows kept; the others are the hub's to keep. */
const KEPT = 5_000
/** Rows with which a list opens. */
const OPENING = 100
/** Rows that are read at a time after those. */
const OLDER = 500

type Filters = Record<string, readonly string[]>

/** What is listed. */
interface Wish {
  filters: Filters
  /** RFC 3339, by the hub's receipt. */
  since: string
  /** Milliseconds; Infinity: it goes on. */
  until: number
  /** Where a subscription with the same filters began that is there already, to be shared. */
  joined: string | null
}

export class EventList {
  rows = $state.raw<readonly Row[]>([])
  /** The first answer has come. */
  known = $state(false)
  /** There are older rows than the last one. */
  more = $state(false)
  reading = $state(false)
  /** How many came while the list was held. */
  waiting = $state(0)
  /** Newer rows than the first one were let go: what happens now is counted only. */
  ahead = $state(false)
  /** The change of `rows` was at their beginning. */
  shifted = $state(false)
  refused = $state.raw<ErrorBody | null>(null)
  private wish: Wish | null = null
  private next: string | null = null
  /** The newest position that is among the rows. */
  private read = ''
  private fresh: Row[] = []
  /** How many came since the list is ahead. */
  private missed = 0
  private isHeld = false
  private count = 0
  /** Counts what was opened: an answer to what is not shown any more is dropped. */
  private turn = 0
  private leave: () => void = () => undefined
  private readonly draw = onceAFrame(() => this.apply(), READABLE)

  constructor(private readonly kept = KEPT) {}

  /** Begins with the newest of what has happened after `since`, a time; takes none after `until` (milliseconds). */
  watch(filters: Filters, since: string, until = Infinity, joined: string | null = null): () => void {
    this.wish = { filters, since, until, joined }
    // Of an effect that watches only what is asked for decides, not what has come.
    untrack(() => this.newest())
    return () => this.end()
  }

  /** Begins again, with the newest. */
  newest(): void {
    this.end()
    if (this.wish === null) return
    this.rows = []
    this.fresh = []
    this.next = null
    this.waiting = this.missed = 0
    this.known = this.more = this.ahead = this.reading = this.shifted = false
    this.refused = null
    void this.open(this.turn, this.wish)
  }

  /** While held, rows stand still and newcomers are counted. */
  set held(held: boolean) {
    this.isHeld = held
    if (!held) this.draw()
  }

  /** Reads on, from the last row. */
  async older(): Promise<void> {
    if (this.reading || this.next === null) return
    const { turn } = this
    this.reading = true
    try {
      // An answer may have nothing but where to go on.
      for (let found = 0; found === 0 && this.next !== null; ) {
        const page = await this.ask(turn, OLDER)
        if (page === null) return
        found = page.items.length
        await this.append(turn, page)
        if (turn !== this.turn) return
      }
    } catch (error) {
      this.refuse(error)
    } finally {
      if (turn === this.turn) this.reading = false
    }
  }

  private end(): void {
    this.turn++
    this.leave()
    this.leave = () => undefined
  }

  private async open(turn: number, { filters, until, joined }: Wish): Promise<void> {
    const wanted = Math.min(this.kept, OPENING)
    // One that is shared tells only what comes from now on, so it is heard before anything is asked.
    if (joined !== null && until > Date.now()) this.follow(filters, joined)
    this.reading = true
    try {
      for (let first = true; first || (this.next !== null && this.rows.length < wanted); first = false) {
        const page = await this.ask(turn, wanted - this.rows.length)
        if (page === null) return
        if (first) {
          this.read = page.position
          this.fresh = this.fresh.filter(({ position }) => position > page.position)
          if (joined === null && until > Date.now()) this.follow(filters, page.position)
        }
        this.next = page.next ?? null
        this.put([...this.rows, ...this.rowsOf(page)])
        this.known = true
        this.draw()
      }
    } catch (error) {
      this.refuse(error)
    } finally {
      if (turn === this.turn) this.reading = false
    }
  }

  private ask(turn: number, limit: number): Promise<EventPage | null> {
    const { filters = {}, since = '', until = Infinity } = this.wish ?? {}
    const end = Number.isFinite(until) ? { until: new Date(until).toISOString() } : {}
    const after = this.next === null ? {} : { after: this.next }
    return readLog('list', { ...filters, since, ...end, ...after, limit }, () => turn === this.turn)
  }

  private follow(filters: Filters, since: string): void {
    const rejected = (error: ErrorBody) => (this.refused = error)
    this.leave = hub.subscribe('events', filters, { push: (push) => this.take(push), rejected }, since)
  }

  /** Rows that were read on purpose stay, and newer ones go. */
  private async append(turn: number, page: EventPage): Promise<void> {
    const older = this.rowsOf(page)
    const over = this.rows.length + older.length - this.kept
    if (over > 0) {
      this.ahead = true
      this.missed += this.fresh.length
      this.fresh = []
      // In two steps, because a list that is scrolled can be told of a change at one end only.
      this.shifted = true
      this.rows = this.rows.slice(over)
      await tick()
      if (turn !== this.turn) return
    }
    this.next = page.next ?? null
    this.put([...this.rows, ...older])
  }

  /** Shows `rows`, and lets go of the oldest where they are too many. */
  private put(rows: readonly Row[]): void {
    const dropped = rows[this.kept]
    if (dropped !== undefined) this.next = dropped.position
    this.more = this.next !== null
    this.shifted = false
    this.rows = rows.slice(0, this.kept)
  }

  private rowsOf(page: EventPage): Row[] {
    return page.items.map((push) => this.rowOf(push)).filter((row) => row !== null)
  }

  private rowOf(push: Push): Row | null {
    const key = String(++this.count)
    if (push.type === 'event') return { key, position: push.position, event: push.data }
    if (push.type === 'gap') return { key, position: push.position, gap: push.data }
    return null
  }

  private take(push: Push): void {
    const row = this.rowOf(push)
    const { until = Infinity } = this.wish ?? {}
    if (row === null || (this.known && row.position <= this.read)) return
    if ((row.event ? row.event.timestamp * 1000 : Date.parse(row.gap.from)) > until) return
    if (this.ahead) this.missed++
    else this.fresh.push(row)
    if (this.fresh.length > this.kept * 2) {
      // A list held for hours needs no more than it can show, and shows no hole.
      if (this.isHeld) {
        this.ahead = true
        this.missed = this.fresh.length
        this.fresh = []
      } else this.fresh = this.fresh.slice(-this.kept - 1)
    }
    this.draw()
  }

  private apply(): void {
    if (!this.known) return
    if (this.ahead || this.isHeld) {
      this.waiting = this.missed + this.fresh.length
      return
    }
    this.waiting = 0
    if (this.fresh.length === 0) return
    const rows = [...this.fresh.reverse(), ...this.rows]
    this.fresh = []
    this.put(rows)
  }

  /** Says why there is no list. */
  refuse(error: unknown): void {
    this.refused = error instanceof HubError ? error.body : { code: 'internal', message: String(error) }
  }
}
