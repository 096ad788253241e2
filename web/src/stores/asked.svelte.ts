// What was asked of the hub once, and what came: for what no topic carries.

import { HubError } from '../hub'
import type { ErrorBody, Failure } from '../protocol'
import { command } from './connection.svelte'

export class Asked<T> {
  /** The last good answer; null until there is one. */
  data = $state.raw<T | null>(null)
  /** Why there is no newer one. */
  error = $state.raw<ErrorBody | null>(null)
  /** When `data` came, in milliseconds. */
  at = $state(0)
  busy = $state(false)
  private last = 0

  /** Asks; of several questions under way only the last one's answer counts. */
  async ask(noun: string, data: object): Promise<void> {
    const mine = ++this.last
    this.busy = true
    try {
      const answer = (await command(noun, data)) as T
      if (mine !== this.last) return
      this.data = answer
      this.error = null
      this.at = Date.now()
    } catch (error) {
      if (mine !== this.last) return
      if (!(error instanceof HubError)) throw error
      this.error = error.body
    } finally {
      if (mine === this.last) this.busy = false
    }
  }
}

/** What no event tells of is asked again after so many milliseconds, while somebody looks. */
const AGAIN = 15_000

/** Calls `ask` now, and again from time to time, until the returned function is called. */
export function keepAsking(ask: () => void): () => void {
  ask()
  const timer = setInterval(() => document.hidden || ask(), AGAIN)
  return () => clearInterval(timer)
}

export interface Items<T> {
  items: T[]
  failures?: Failure[]
  next?: string | null
}
