// What running containers use, with the course of the last sweeps.

import { onceAFrame } from '../frame'
import type { StatsItem } from '../protocol'
import { hub } from './connection.svelte'
import { containerKey } from './containers.svelte'

/** Points of a sparkline; with the usual sweep of 10 s the last five minutes. */
const COURSE = 30

export interface Usage extends StatsItem {
  /** Percent, oldest first. */
  course: readonly number[]
}

class Stats {
  all = $state.raw<ReadonlyMap<string, Usage>>(new Map())
  private pending: StatsItem[] = []
  private readonly draw = onceAFrame(() => this.apply())

  watch(): () => void {
    const push = (given: { type: string; data: unknown }) => {
      if (given.type !== 'stats') return
      this.pending = (given.data as { items: StatsItem[] }).items
      this.draw()
    }
    const end = hub.subscribe('stats', {}, { push })
    return () => {
      end()
      this.pending = []
      this.all = new Map()
    }
  }

  /** A push holds the newest value of every container that runs: who is not in it, runs no more. */
  private apply(): void {
    const next = new Map<string, Usage>()
    for (const item of this.pending) {
      const key = containerKey(item)
      const course = [...(this.all.get(key)?.course ?? []), item.cpu_percent].slice(-COURSE)
      next.set(key, { ...item, course })
    }
    this.all = next
  }
}

export const stats = new Stats()
