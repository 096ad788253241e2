// The connection to the hub: which transport carries the pushes, what is
// subscribed, where each subscription stands, and when to come back. Nothing else
// in the dashboard knows how packets travel.

import { openPolling } from './hub/poll'
import { post } from './hub/packet'
import { openSocket } from './hub/socket'
import { openStream } from './hub/stream'
import { TerminalLine, type Ears, type Size, type Wish } from './hub/terminal'
import { isLog, type Failure, type Kind, type Sink, type Subscription, type Transport } from './hub/transport'
import type { ErrorBody, Progress, Push } from './protocol'

export { HubError } from './hub/packet'
export type { Ears, Size, Stage, TerminalLine, Wish } from './hub/terminal'
export type { Kind } from './hub/transport'

/** How the page is connected, for the badge. Times are milliseconds of the page's clock. */
export interface Status {
  transport: Kind | null
  /** Since when `transport` is what it is. */
  since: number
  /** Milliseconds there and back, of the last ping. */
  delay: number | null
  /** When the next try begins; null while one is under way, or when there will be none. */
  nextTry: number | null
  /** Why there is no connection, or not the best one. */
  reason: string | null
}

export interface Listener {
  push(push: Push): void
  /** The hub refused this subscription. */
  rejected?(error: ErrorBody): void
}

export interface Watchers {
  status(status: Status): void
  notice(level: string, message: string): void
  /** The session is not good any more; the hub has stopped and waits for `start`. */
  unauthenticated(): void
}

/** A large image over a slow line. */
const FOLLOW_TIMEOUT = 3_600_000

const LADDER: readonly Kind[] = ['websocket', 'sse', 'polling']
/** How often the delay is measured and the connection proven. */
const PING_EVERY = 15_000
/** Coming back: somewhere between these, so that many pages do not come at once. */
const BACK_MIN = 500
const BACK_MAX = 20_000
/** A break without a word from the hub is tried again soon, then ever later. */
const BACK_FIRST = 2_000
/** When a better transport is tried again: first after the one, at last every other. */
const BETTER_FIRST = 30_000
const BETTER_MAX = 600_000

interface Shared extends Subscription {
  readonly listeners: Set<Listener>
  /** The position last delivered: what is not above it has been seen. */
  delivered: string | null
}

export class Hub {
  private readonly subscriptions = new Map<string, Shared>()
  private readonly lines = new Set<TerminalLine>()
  private current: Transport | null = null
  /** One that is being opened: the only one, or a better one beside `current`. */
  private opening: Transport | null = null
  private running = false
  private tries = 0
  /** The rung at which the next way back begins. */
  private from = 0
  private betterAfter = BETTER_FIRST
  /** Until when a stream that opened and then was found out is not tried beside what works. */
  private distrusted = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private pinger: ReturnType<typeof setInterval> | undefined
  private status: Status = { transport: null, since: Date.now(), delay: null, nextTry: null, reason: null }

  constructor(private readonly watchers: Watchers) {}

  /** Begins to connect; once is enough. */
  start(): void {
    if (this.running) return
    this.running = true
    this.tries = 0
    this.betterAfter = BETTER_FIRST
    this.open(0)
  }

  /** Ends the connection; subscriptions stay and are served again after `start`. */
  stop(reason: string | null = null): void {
    this.running = false
    this.drop()
    this.tell({ transport: null, delay: null, nextTry: null, reason })
  }

  /** Whether it is connected or will try to be. */
  get trying(): boolean {
    return this.running
  }

  /** Does not wait for the next try: somebody asked, or the network came back. */
  tryNow(): void {
    if (!this.running) return this.start()
    if (this.current === null && this.opening === null) this.open(0)
  }

  /** Does not wait to try a WebSocket beside the transport in use. */
  tryBetter(): void {
    if (this.opening === null && this.current !== null && this.current.kind !== 'websocket') this.open(0)
    else this.tryNow()
  }

  /**
   * Begins or joins a terminal, at once or as soon as there is a WebSocket, and again
   * after every break until it ends or is left.
   */
  terminal(wish: Wish, size: Size, ears: Ears): TerminalLine {
    const line = new TerminalLine(wish, size, ears, (left) => this.lines.delete(left))
    this.lines.add(line)
    line.carry(this.current?.wire ?? null)
    return line
  }

  /**
   * Listens to a topic. Equal topics, filters and `since` share one subscription,
   * which ends with its last listener. One who joins a state topic later makes the
   * hub send its snapshot again, to all of them; one who joins a log hears what
   * comes from then on. Returns how to stop listening.
   */
  subscribe(topic: string, filters: Record<string, readonly string[]>, listener: Listener, since?: string): () => void {
    const used = Object.entries(filters).filter(([, values]) => values.length > 0)
    const normal = Object.fromEntries(used.sort(([a], [b]) => (a < b ? -1 : 1)))
    const key = `${topic} ${JSON.stringify(normal)} ${since ?? ''}`
    let shared = this.subscriptions.get(key)
    if (shared === undefined) {
      shared = { key, topic, filters: normal, since: since ?? null, listeners: new Set(), delivered: null }
      this.subscriptions.set(key, shared)
      this.current?.watch(shared)
    } else if (!isLog(topic)) {
      this.current?.unwatch(shared)
      this.current?.watch(shared)
    }
    const joined = shared
    joined.listeners.add(listener)
    return () => {
      if (!joined.listeners.delete(listener) || joined.listeners.size > 0) return
      this.subscriptions.delete(key)
      this.current?.unwatch(joined)
    }
  }

  /** Sends one command and gives its reply; rejects with a `HubError`. */
  async send(noun: string, data: object): Promise<unknown> {
    return await post(noun, data)
  }

  /** The same for a command that takes long: how far it is, is told where a socket is open, else only its end. */
  async follow(noun: string, data: object, progress: (push: Progress) => void): Promise<unknown> {
    const socket = this.current?.call
    return socket ? await socket(noun, data, progress) : await post(noun, data, FOLLOW_TIMEOUT)
  }

  private open(level: number): void {
    clearTimeout(this.timer)
    const sink: Sink = {
      ready: () => this.arrived(transport, level, all),
      push: (subscription, push) => {
        if (transport === this.current) this.deliver(subscription as Shared, push)
      },
      position: (subscription, position) => {
        // A log of lines stands where its last line does, whatever the stream's own position is.
        if (transport === this.current && subscription.topic === 'events') subscription.since = position
      },
      rejected: (subscription, error) => {
        for (const listener of (subscription as Shared).listeners) listener.rejected?.(error)
      },
      notice: (level, message) => this.watchers.notice(level, message),
      lost: (failure) => this.lost(transport, level, failure),
    }
    const kind = LADDER[level] ?? 'polling'
    const all = new Set(this.subscriptions.values())
    const transport =
      kind === 'websocket' ? openSocket(sink) : kind === 'sse' ? openStream([...all], sink) : openPolling([...all], sink)
    this.opening = transport
    if (this.current === null) this.tell({ nextTry: null })
  }

  /** `carried` are the subscriptions that it was opened with. */
  private arrived(transport: Transport, level: number, carried: ReadonlySet<Shared>): void {
    this.current?.close()
    const before = new Set(this.subscriptions.values())
    this.current = transport
    this.opening = null
    this.tries = 0
    clearTimeout(this.timer)
    this.tell({ transport: transport.kind, nextTry: null, reason: level === 0 ? null : this.status.reason })
    if (level === 0) for (const subscription of before) transport.watch(subscription)
    else {
      // Who came and went while it was opening.
      for (const subscription of before) if (!carried.has(subscription)) transport.watch(subscription)
      for (const subscription of carried) if (!before.has(subscription)) transport.unwatch(subscription)
      this.later()
    }
    for (const line of this.lines) line.carry(transport.wire ?? null)
    clearInterval(this.pinger)
    this.pinger = setInterval(() => this.measure(transport), PING_EVERY)
    this.measure(transport)
  }

  private measure(transport: Transport): void {
    const told = (delay: number | null) => {
      if (transport === this.current) this.tell({ delay })
    }
    transport.ping().then(
      (delay) => {
        // A socket that has held for a while is trusted again after its next fall.
        if (transport.kind === 'websocket' && Date.now() - this.status.since > BETTER_FIRST * 4) {
          this.betterAfter = BETTER_FIRST
        }
        told(Math.round(delay))
      },
      () => told(null),
    )
  }

  /** Tries the best transport again, beside the one in use. */
  private later(): void {
    this.timer = setTimeout(() => {
      this.betterAfter = Math.min(this.betterAfter * 2, BETTER_MAX)
      this.open(0)
    }, this.betterAfter)
  }

  private lost(transport: Transport, level: number, failure: Failure): void {
    const beside = transport !== this.current && this.current !== null
    if (transport === this.opening) this.opening = null
    if (beside && failure.kind !== 'unauthenticated') return this.beside(level)
    const worked = transport === this.current
    if (failure.kind === 'unauthenticated') {
      this.stop(failure.reason)
      return this.watchers.unauthenticated()
    }
    if (failure.kind === 'refused') return this.stop(failure.reason)
    if (worked) this.drop()
    this.tell({ transport: null, delay: null, reason: failure.reason })
    if (worked && failure.kind === 'silent' && transport.kind === 'sse') this.distrusted = Date.now() + BETTER_MAX
    // What opened once does so again, and the better ones are tried beside it.
    if (worked) this.from = level
    const below = level + 1
    // A way that never opened says nothing of the next; one that fell silent speaks for the next.
    const next = failure.kind === 'silent' || (!worked && failure.kind !== 'away')
    if (next && below < LADDER.length) return this.open(below)
    this.back(failure)
  }

  /** A better one did not open: one step down, but not to what is in use already, nor to what only seems to work. */
  private beside(level: number): void {
    const below = LADDER[level + 1]
    const trusted = below !== 'sse' || Date.now() >= this.distrusted
    if (below !== undefined && below !== this.current?.kind && trusted) this.open(level + 1)
    else this.later()
  }

  private back(failure: Failure): void {
    const cap = failure.kind === 'away' ? BACK_MAX : Math.min(BACK_FIRST * 2 ** this.tries, BACK_MAX)
    this.tries++
    const { from } = this
    this.from = 0
    if (from > 0) this.betterAfter = BETTER_FIRST
    const jitter = BACK_MIN + Math.random() * (cap - BACK_MIN)
    const wait = failure.retry === undefined ? jitter : failure.retry + Math.random() * BACK_FIRST
    this.tell({ nextTry: Date.now() + wait })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.open(from), wait)
  }

  private deliver(shared: Shared, push: Push): void {
    if (isLog(shared.topic) && 'position' in push && push.position != null) {
      if (push.type === 'event' && shared.delivered !== null && push.position <= shared.delivered) return
      shared.delivered = push.position
      shared.since = push.position
    }
    if (push.type === 'log' && 'time' in push.data && push.data.time) shared.since = push.data.time
    for (const listener of shared.listeners) listener.push(push)
  }

  private drop(): void {
    clearTimeout(this.timer)
    clearInterval(this.pinger)
    const worked = this.current !== null
    this.current?.close()
    this.opening?.close()
    this.current = null
    this.opening = null
    if (worked) for (const line of this.lines) line.carry(null)
  }

  private tell(change: Partial<Status>): void {
    const next = { ...this.status, ...change }
    if (next.transport !== this.status.transport) next.since = Date.now()
    this.status = next
    this.watchers.status(next)
  }
}
