// The containers of all hosts; of a host that is away those that were there when it went.

import { untrack } from 'svelte'
import type { Container } from '../protocol'
import { hosts } from './hosts.svelte'
import { Records } from './records.svelte'

/** A container's key in the topic, and in `stats`. */
export const containerKey = ({ host, id }: { host: string; id: string }) => `${host}/${id.slice(0, 12)}`

/** A host that goes takes its containers out of the topic; which of the two is told first is not said. Milliseconds. */
const APART = 5_000

interface Gone {
  readonly container: Container
  readonly at: number
  /** Shown still, as what it was. */
  kept: boolean
}

class Containers extends Records<Container> {
  list = $derived([...this.all.values()])
  private readonly lately = new Map<string, Gone>()

  constructor() {
    super('containers', containerKey)
  }

  /** Keeps what went with a host that is away, until it is back; to be called when hosts changed. */
  remember(): void {
    const away = new Set(hosts.away.map(({ host }) => host))
    untrack(() => this.keep(away))
  }

  protected override gone(key: string, container: Container): void {
    if (this.lately.get(key)?.container !== container) this.lately.set(key, { container, at: Date.now(), kept: false })
  }

  protected override drawn(): void {
    this.remember()
  }

  private keep(away: ReadonlySet<string>): void {
    let next: Map<string, Container> | null = null
    for (const [key, gone] of this.lately) {
      const now = this.all.get(key)
      if (now !== undefined && now !== gone.container) this.lately.delete(key)
      else if (away.has(gone.container.host)) {
        gone.kept = true
        if (now === undefined) (next ??= new Map(this.all)).set(key, gone.container)
      } else if (gone.kept || Date.now() - gone.at > APART) {
        this.lately.delete(key)
        if (now !== undefined) (next ??= new Map(this.all)).delete(key)
      }
    }
    if (next !== null) this.all = next
  }
}

export const containers = new Containers()
