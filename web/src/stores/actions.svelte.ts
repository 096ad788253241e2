// What was asked of containers and has not happened yet. An action shows as
// pending at once and is settled by the container's own change, not by the reply.

import type { Container } from '../protocol'
import { t } from '../texts'
import { containerKey, containers } from './containers.svelte'
import { command } from './connection.svelte'
import { problems } from './problems.svelte'

export type Verb = 'start' | 'stop' | 'restart' | 'pause' | 'unpause' | 'kill' | 'remove'

interface Pending {
  verb: Verb
  /** The container as it was when asked. */
  before: Container
}

/** The reply is there and no change came: it came and went between two pushes. */
const SETTLE = 5_000
/** Commands under way at once: a browser has six connections to a hub, and others need some too. */
const AT_ONCE = 3

class Actions {
  pending = $state.raw<ReadonlyMap<string, Pending>>(new Map())
  private waiting: (() => Promise<void>)[] = []
  private running = 0

  /** Shown as pending at once; the command itself may wait for others. */
  run(verb: Verb, container: Container): void {
    const key = containerKey(container)
    if (this.pending.has(key)) return
    const asked = { verb, before: container }
    this.pending = new Map(this.pending).set(key, asked)
    this.waiting.push(() => this.send(key, asked))
    this.next()
  }

  /** Called when the containers changed. */
  compare(): void {
    for (const [key, { verb, before }] of this.pending) {
      const asked = this.pending.get(key)
      if (asked !== undefined && happened(verb, before, containers.all.get(key))) this.settle(key, asked)
    }
  }

  private next(): void {
    const work = this.running < AT_ONCE ? this.waiting.shift() : undefined
    if (work === undefined) return
    this.running++
    void work().finally(() => {
      this.running--
      this.next()
    })
    this.next()
  }

  private async send(key: string, asked: Pending): Promise<void> {
    const { verb, before } = asked
    // One that runs is killed first: who removes has been asked with these words.
    const how = verb === 'remove' ? { force: ['running', 'paused', 'restarting'].includes(before.state) } : {}
    try {
      await command('container', { opt: verb, host: before.host, container: before.id, ...how })
      setTimeout(() => this.settle(key, asked), SETTLE)
    } catch (error) {
      this.settle(key, asked)
      problems.failed(t.verbs.failed[verb](before.name, before.host), error)
    }
  }

  private settle(key: string, asked: Pending): void {
    if (this.pending.get(key) !== asked) return
    const next = new Map(this.pending)
    next.delete(key)
    this.pending = next
  }
}

/** Whether what is known now shows that it was done. */
function happened(verb: Verb, before: Container, now: Container | undefined): boolean {
  if (now === undefined) return true
  if (verb === 'remove') return false
  if (verb === 'restart') return now.started_at !== before.started_at && now.started_at != null
  return now.state !== before.state || now.reason !== before.reason || now.started_at !== before.started_at
}

export const actions = new Actions()
