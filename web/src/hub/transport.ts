// What every way to the hub has in common: what it is asked for, and what it tells back.

import type { ErrorBody, Progress, Push, TerminalPush } from '../protocol'

export type Kind = 'websocket' | 'sse' | 'polling'

/** One topic with its filters, shared by everybody on the page who watches the same. */
export interface Subscription {
  readonly key: string
  readonly topic: string
  readonly filters: Readonly<Record<string, readonly string[]>>
  /** Where to begin: the cursor in the log once there is one, at first perhaps a time. Events and logs only. */
  since: string | null
}

/**
 * Why a way to the hub ended.
 * - `unreachable`: nobody answered, or something that is not the hub did;
 * - `silent`: it opened and then nothing came through, so the next transport is worth a try at once;
 * - `away`: the hub said that it goes or is full; `retry` holds its own wish in milliseconds;
 * - `unauthenticated`: the session is not good (any more);
 * - `refused`: coming back would not help.
 */
export interface Failure {
  kind: 'unreachable' | 'silent' | 'away' | 'unauthenticated' | 'refused'
  reason: string
  retry?: number
}

export interface Sink {
  /** The way is proven to work. Called once, before any push. */
  ready(): void
  push(subscription: Subscription, push: Push): void
  /** Where a quiet stream of events stands now. */
  position(subscription: Subscription, position: string): void
  /** The hub said no to one subscription; the others live on. */
  rejected(subscription: Subscription, error: ErrorBody): void
  notice(level: string, message: string): void
  /** Called at most once, and never after `close`. */
  lost(failure: Failure): void
}

/** What one terminal hears, by its number on the connection. */
export interface Ear {
  /** Bytes as the program wrote them; `offset` is that of the first in the session. */
  output(offset: number, bytes: Uint8Array): void
  push(push: TerminalPush): void
}

/** What terminals need of a transport. */
export interface Wire {
  /** Sends a `terminal` packet; gives its reply, or rejects with the hub's error. */
  ask(data: object): Promise<unknown>
  /** Sends one whose answer matters to nobody. */
  tell(data: object): void
  /** Types into a terminal. */
  type(terminal: number, bytes: Uint8Array): void
  /** Who hears a number from now on, beginning with what came before its reply was read; null: nobody. */
  hear(terminal: number, ear: Ear | null): void
}

export interface Transport {
  readonly kind: Kind
  /** Only a WebSocket has one. */
  readonly wire?: Wire
  watch(subscription: Subscription): void
  unwatch(subscription: Subscription): void
  /** Sends a command and is told how far it is; only where pushes come back on the way that it took. */
  call?(type: string, data: object, progress: (push: Progress) => void): Promise<unknown>
  /** Milliseconds there and back; rejects when no answer came in time. */
  ping(): Promise<number>
  close(): void
}

/** A proxy that swallows the upgrade or buffers the stream answers nothing for longer than this. */
export const OPEN_TIMEOUT = 8_000
/** No network in ordinary use takes longer for a packet that costs the hub nothing. */
export const PING_TIMEOUT = 10_000

/**
 * Requests that are held open at once: a browser has six connections to a hub that speaks HTTP/1.1, over all its tabs,
 * and commands need some too.
 */
export const HELD_MOST = 4

/** Topics that are resumed where they stood; all others begin with a snapshot. */
export function isLog(topic: string): boolean {
  return topic === 'events' || topic === 'logs'
}

/** What a topic is always asked with: a line's time is also where its log is resumed. */
export function always(topic: string): { timestamps?: true } {
  return topic === 'logs' ? { timestamps: true } : {}
}

/** The container has ended, and with it the lines of its log: nothing more comes, and nothing is wrong. */
export function isEnd(push: { type: string; data?: unknown }): boolean {
  return push.type === 'log' && typeof push.data === 'object' && push.data !== null && 'end' in push.data
}
