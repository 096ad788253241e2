// What running containers use, with the course of the last sweeps.

import { READABLE, onceAFrame } from '../frame'
import type { ContainerStats, Push } from '../protocol'
import { hub } from './connection.svelte'
import { containerKey, containers } from './containers.svelte'

/** Points of a sparkline; with the usual sweep of 10 s the last five minutes. */
const COURSE = 30

export interface Usage extends ContainerStats {
  /** Percent, oldest first. */
  course: readonly number[]
  /** Bytes, oldest first. */
  memoryCourse: readonly number[]
}

class Stats {
  all = $state.raw<ReadonlyMap<string, Usage>>(new Map())
  private readonly pending = new Map<string, ContainerStats>()
  private readonly draw = onceAFrame(() => this.apply(), READABLE)

  watch(): () => void {
    const push = (given: Push) => {
      if (given.type !== 'stats') return
      for (const item of given.data.items) this.pending.set(containerKey(item), item)
      this.draw()
    }
    const end = hub.subscribe('stats', {}, { push })
    return () => {
      end()
      this.pending.clear()
      this.all = new Map()
    }
  }

  /** A push holds what is new; who does not run any more uses nothing. */
  private apply(): void {
    const next = new Map(this.all)
    for (const [key, item] of this.pending) {
      const before = next.get(key)
      if (before?.time === item.time) continue
      const course = [...(before?.course ?? []), item.cpu_percent].slice(-COURSE)
      const memoryCourse = [...(before?.memoryCourse ?? []), item.memory_usage].slice(-COURSE)
      next.set(key, { ...item, course, memoryCourse })
    }
    this.pending.clear()
    if (containers.known) {
      for (const key of next.keys()) if (containers.all.get(key)?.state !== 'running') next.delete(key)
    }
    this.all = next
  }
}

export const stats = new Stats()
