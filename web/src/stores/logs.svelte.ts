// The lines of one container's log, or of several as one: the newest first held, then followed, and read back
// to the beginning when asked. Ordered by time; never more than `HELD`.

import { onceAFrame } from '../frame'
import { HubError } from '../hub'
import type { ErrorBody, List7, LogLine, Push } from '../protocol'
import { command, hub } from './connection.svelte'

/** Lines held; the rest is the host's to keep. */
export const HELD = 100_000
/** Containers whose logs are shown as one: each takes a subscription of the page's one connection. */
export const MOST_SOURCES = 20
/** Lines with which a log opens. */
const OPENING = 1_000
/** Lines of one answer of the hub. */
const ANSWER = 10_000
/** Lines that may come again when a log is resumed at the time of its last one: those of that moment. */
const RECENT = 16
/** Trimmed in steps, so that a full log is not moved with each line. */
const TRIM = 2_000

export interface Source {
  host: string
  id: string
}

export interface Line {
  /** Counts up and, for what is read back, down: unlike a place in the list, it stays. */
  readonly n: number
  readonly source: number
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339 with nanoseconds: as text, times are ordered. */
  readonly time: string
  readonly text: string
}

/** A source and how far it is read. */
interface Reader {
  source: Source
  end: (() => void) | null
  last: string
  /** The newest lines that are here: one that is resumed begins with them again. */
  recent: string[]
  over: boolean
  /** The container has started since this was followed. */
  again: boolean
  complete: boolean
}

export class Logs {
  lines = $state.raw<readonly Line[]>([])
  /** The first answer has come. */
  opened = $state(false)
  /** All that the hosts have is here. */
  beginning = $state(false)
  /** Older lines were let go, or cannot be held. */
  full = $state(false)
  reading = $state(false)
  /** The change of `lines` was at their beginning. */
  shifted = $state(false)
  /** Nothing more comes: no source runs. */
  over = $state(false)
  refused = $state.raw<ErrorBody | null>(null)
  /** Whether older lines may be let go now: not under the eyes of one who reads them. */
  trimming = true
  private fresh: Line[] = []
  private up = 0
  private down = 0
  private readers: Reader[] = []
  private since = ''
  /** Counts what was opened: an answer to what is not shown any more is dropped. */
  private turn = 0
  private readonly draw = onceAFrame(() => this.apply())

  /** Opens at the end and follows; `since` is an RFC 3339 time or empty. Returns how to end it. */
  watch(sources: readonly Source[], since: string): () => void {
    this.since = since
    this.readers = sources.map((source) => ({ source, end: null, last: since, recent: [], over: false, again: false, complete: false }))
    this.lines = this.fresh = []
    this.opened = this.beginning = this.full = this.over = false
    this.refused = null
    void this.open(++this.turn)
    return () => {
      this.turn++
      for (const reader of this.readers) reader.end?.()
    }
  }

  /** The container runs (again): its lines go on. */
  resume(source: number): void {
    const reader = this.readers[source]
    if (reader?.over) this.follow(reader, source)
    // The end of the run before may still be on its way.
    else if (reader) reader.again = true
  }

  /** Reads everything that is older, as far as it can be held. */
  async back(): Promise<void> {
    if (this.reading || this.beginning || this.full || !this.opened) return
    const { turn } = this
    this.reading = true
    try {
      const parts = await Promise.all(this.readers.map((reader, i) => this.older(reader, i)))
      if (turn !== this.turn) return
      const old = parts.flat().sort(byTime)
      const room = HELD - this.lines.length
      if (old.length > room) this.full = true
      const kept = old.slice(Math.max(0, old.length - room))
      const numbered = kept.map((line, i) => ({ ...line, n: this.down - kept.length + i }))
      this.down -= kept.length
      this.shifted = true
      this.lines = [...numbered, ...this.lines]
      this.beginning = !this.full && this.readers.every(({ complete }) => complete)
    } catch (error) {
      this.refuse(error)
    } finally {
      this.reading = false
    }
  }

  private async open(turn: number): Promise<void> {
    const tail = Math.max(100, Math.floor(OPENING / Math.max(1, this.readers.length)))
    try {
      const parts = await Promise.all(this.readers.map((reader, i) => this.newest(reader, i, tail)))
      if (turn !== this.turn) return
      this.lines = this.numbered(parts.flat().sort(byTime))
      this.beginning = this.readers.every(({ complete }) => complete)
      this.opened = true
      this.readers.forEach((reader, i) => this.follow(reader, i))
    } catch (error) {
      this.refuse(error)
    }
  }

  private async newest(reader: Reader, source: number, tail: number): Promise<Line[]> {
    const items = await this.ask(reader, tail)
    reader.complete = items.length < tail
    const lines = items.map((item) => lineOf(item, source))
    for (const line of lines.slice(-RECENT)) isNew(reader, line)
    return lines
  }

  private async ask({ source }: Reader, tail: number): Promise<LogLine[]> {
    const since = this.since === '' ? {} : { since: this.since }
    const asked = { opt: 'logs', host: source.host, container: source.id, tail, timestamps: true, ...since }
    return ((await command('container', asked)) as List7).items
  }

  /** What lies before the first line that is here: by one answer, or by reading the log from its beginning. */
  private async older(reader: Reader, source: number): Promise<Line[]> {
    if (reader.complete) return []
    const mine = this.lines.filter((line) => line.source === source)
    const first = mine[0]?.time ?? reader.last
    const same = mine.findIndex(({ time }) => time !== first)
    const known = { time: first, lines: same < 0 ? mine.length : same }
    if (mine.length < ANSWER) {
      const items = (await this.ask(reader, ANSWER)).map((item) => lineOf(item, source))
      reader.complete = items.length < ANSWER
      return before(items, known)
    }
    const items = await this.fromBeginning(reader, source, first)
    reader.complete = true
    return before(items, known)
  }

  private fromBeginning({ source }: Reader, number: number, until: string): Promise<Line[]> {
    return new Promise((resolve, reject) => {
      let lines: Line[] = []
      const done = () => {
        end()
        resolve(lines)
      }
      const push = (given: Push) => {
        if (given.type !== 'log') return
        if ('end' in given.data) return done()
        const line = lineOf(given.data, number)
        if (line.time > until) return done()
        lines.push(line)
        if (lines.length > 2 * HELD) lines = lines.slice(-HELD)
      }
      // Another `since` than that of the following one: equal subscriptions are shared.
      const since = this.since || '1970-01-01T00:00:00Z'
      const rejected = (error: ErrorBody) => reject(new HubError(error))
      const end = hub.subscribe('logs', { host: [source.host], container: [source.id] }, { push, rejected }, since)
    })
  }

  private follow(reader: Reader, source: number): void {
    reader.over = reader.again = false
    this.over = false
    reader.end?.()
    const { host, id } = reader.source
    const push = (given: Push) => {
      if (given.type !== 'log') return
      if ('end' in given.data) {
        if (reader.again) return this.follow(reader, source)
        reader.over = true
        this.over = this.readers.every(({ over }) => over)
        reader.end?.()
        reader.end = null
        return
      }
      const line = lineOf(given.data, source)
      if (!isNew(reader, line)) return
      this.fresh.push(line)
      this.draw()
    }
    const since = reader.last || '1970-01-01T00:00:00Z'
    reader.end = hub.subscribe('logs', { host: [host], container: [id] }, { push, rejected: (error) => (this.refused = error) }, since)
  }

  private apply(): void {
    if (this.fresh.length === 0) return
    const fresh = this.fresh.sort(byTime)
    this.fresh = []
    const first = fresh[0]?.time ?? ''
    // What came late from another source goes where its time says.
    let cut = this.lines.length
    while (cut > 0 && (this.lines[cut - 1]?.time ?? '') > first) cut--
    const tail = [...this.lines.slice(cut), ...this.numbered(fresh)].sort(byTime)
    const lines = [...this.lines.slice(0, cut), ...tail]
    this.shifted = false
    const over = lines.length - HELD
    if (over > (this.trimming ? TRIM : HELD)) {
      this.full = true
      this.beginning = false
      this.shifted = true
      this.lines = lines.slice(over)
    } else this.lines = lines
  }

  private numbered(lines: readonly Line[]): Line[] {
    return lines.map((line) => ({ ...line, n: ++this.up }))
  }

  private refuse(error: unknown): void {
    this.refused = error instanceof HubError ? error.body : { code: 'internal', message: String(error) }
  }
}

/** Remembers the line, if it was not there yet. */
function isNew(reader: Reader, { time, stream, text }: Line): boolean {
  const mark = `${time} ${stream} ${text}`
  if (reader.recent.includes(mark)) return false
  reader.recent.push(mark)
  if (reader.recent.length > RECENT) reader.recent.shift()
  if (time > reader.last) reader.last = time
  return true
}

const byTime = (a: Line, b: Line) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)

const lineOf = ({ stream, time, text }: LogLine, source: number): Line => ({ n: 0, source, stream, time: time ?? '', text })

/** Those before the known ones, of which the first moment may be cut in two. */
function before(items: readonly Line[], known: { time: string; lines: number }): Line[] {
  const older = items.filter(({ time }) => time < known.time)
  const same = items.filter(({ time }) => time === known.time)
  return [...older, ...same.slice(0, Math.max(0, same.length - known.lines))]
}
