// What was asked of containers and has not happened yet. An action shows as
// pending at once and is settled by the container's own change, not by the reply.

import type { Container } from '../protocol'
import { t } from '../texts'
import { containerKey, containers } from './containers.svelte'
import { command } from './connection.svelte'
import { problems } from './problems.svelte'

export type Verb = 'start' | 'stop'

interface Pending {
  verb: Verb
  /** The container as it was when asked. */
  before: Container
}

/** The reply is there and no change came: it came and went between two pushes. */
const SETTLE = 5_000

class Actions {
  pending = $state.raw<ReadonlyMap<string, Pending>>(new Map())

  async run(verb: Verb, container: Container): Promise<void> {
    const key = containerKey(container)
    if (this.pending.has(key)) return
    const asked = { verb, before: container }
    this.pending = new Map(this.pending).set(key, asked)
    try {
      await command('container', { opt: verb, host: container.host, container: container.id })
      setTimeout(() => this.settle(key, asked), SETTLE)
    } catch (error) {
      this.settle(key, asked)
      problems.failed(t.actions.failed[verb](container.name, container.host), error)
    }
  }

  /** Called when the containers changed. */
  compare(): void {
    for (const [key, asked] of this.pending) {
      const now = containers.all.get(key)
      if (now === undefined || now.state !== asked.before.state || now.reason !== asked.before.reason) {
        this.settle(key, asked)
      }
    }
  }

  private settle(key: string, asked: Pending): void {
    if (this.pending.get(key) !== asked) return
    const next = new Map(this.pending)
    next.delete(key)
    this.pending = next
  }
}

export const actions = new Actions()
