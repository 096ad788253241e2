// What all containers of a host use together.

import { stats } from './stats.svelte'

class HostUsage {
  private all = $derived.by(() => {
    const sums = new Map<string, { cpu: number; memory: number }>()
    for (const { host, cpu_percent, memory_usage } of stats.all.values()) {
      const sum = sums.get(host) ?? { cpu: 0, memory: 0 }
      sums.set(host, { cpu: sum.cpu + cpu_percent, memory: sum.memory + memory_usage })
    }
    return sums
  })

  get(host: string) {
    return this.all.get(host)
  }
}

export const hostUsage = new HostUsage()
