// Every host with its health.

import type { Host } from '../protocol'
import { Records } from './records.svelte'

class Hosts extends Records<Host> {
  list = $derived([...this.all.values()].sort((a, b) => a.host.localeCompare(b.host)))
  away = $derived(this.list.filter((host) => host.state !== 'online'))

  constructor() {
    super('hosts', (host) => host.host)
  }

  /** Whether what is known of this host's containers is what they are now. */
  live(name: string): boolean {
    const host = this.all.get(name)
    return host === undefined || host.state === 'online'
  }
}

export const hosts = new Hosts()
