// The figures of one container over the last minutes: the hub's memory of them at once, then each sweep.

import { HubError } from '../../../hub'
import type { ContainerStats, ErrorBody, List8, TimedStats } from '../../../protocol'
import { command } from '../../../stores/connection.svelte'

/** What the hub remembers, and what is shown. */
export const SPAN = 15 * 60_000
/** Without a value for longer than this many times the usual pause, the line has a hole. */
const HOLE = 3.5

/** Times in seconds, oldest first, and for each a value or a hole. */
export interface Columns {
  time: number[]
  cpu: (number | null)[]
  memory: (number | null)[]
  limit: (number | null)[]
  received: (number | null)[]
  sent: (number | null)[]
  read: (number | null)[]
  written: (number | null)[]
  pids: (number | null)[]
}

export class Course {
  samples = $state.raw<readonly TimedStats[]>([])
  known = $state(false)
  refused = $state.raw<ErrorBody | null>(null)

  async open(host: string, container: string): Promise<void> {
    try {
      const since = new Date(Date.now() - SPAN).toISOString()
      const { items } = (await command('container', { opt: 'stats', host, container, since })) as List8
      this.samples = merged(items, this.samples)
    } catch (error) {
      if (error instanceof HubError) this.refused = error.body
    }
    this.known = true
  }

  add(item: ContainerStats): void {
    this.samples = merged(this.samples, [item])
  }
}

function merged(list: readonly TimedStats[], more: readonly TimedStats[]): readonly TimedStats[] {
  const from = Date.now() - SPAN
  const all = new Map([...list, ...more].map((one) => [Date.parse(one.time), one]))
  return [...all].filter(([time]) => time >= from).sort(([a], [b]) => a - b).map(([, one]) => one)
}

/** As columns for a chart. Counters become rates; where one falls, the container began anew. */
export function columns(samples: readonly TimedStats[]): Columns {
  const out: Columns = { time: [], cpu: [], memory: [], limit: [], received: [], sent: [], read: [], written: [], pids: [] }
  const times = samples.map(({ time }) => Date.parse(time) / 1000)
  const pauses = times.slice(1).map((time, i) => time - (times[i] ?? time)).sort((a, b) => a - b)
  const usual = pauses[Math.floor(pauses.length / 2)] ?? 10
  samples.forEach((now, i) => {
    const time = times[i] ?? 0
    const before = samples[i - 1]
    const pause = time - (times[i - 1] ?? time)
    const whole = before !== undefined && pause <= usual * HOLE
    if (before !== undefined && !whole) {
      out.time.push(time - pause / 2)
      for (const name of VALUES) out[name].push(null)
    }
    const rate = (field: 'network_rx' | 'network_tx' | 'block_read' | 'block_write') =>
      whole && pause > 0 && now[field] >= before[field] ? (now[field] - before[field]) / pause : null
    out.time.push(time)
    out.cpu.push(now.cpu_percent)
    out.memory.push(now.memory_usage)
    out.limit.push(now.memory_limit || null)
    out.received.push(rate('network_rx'))
    out.sent.push(rate('network_tx'))
    out.read.push(rate('block_read'))
    out.written.push(rate('block_write'))
    out.pids.push(now.pids)
  })
  return out
}

const VALUES = ['cpu', 'memory', 'limit', 'received', 'sent', 'read', 'written', 'pids'] as const
