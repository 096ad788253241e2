// Pushes by SSE and by polling name no subscription, so subscriptions are put on
// as few requests as can be told apart. On a stream state topics with equal filters
// share one, and each subscription to the log has its own; a poll has one topic.

import { always, isLog, type Subscription } from './transport'

export function streamKey(subscription: Subscription): string {
  return isLog(subscription.topic) ? subscription.key : `state ${JSON.stringify(subscription.filters)}`
}

export function pollKey(subscription: Subscription): string {
  return subscription.key
}

/** The query of `/stream` and `/poll` for a group. */
export function groupQuery(group: Iterable<Subscription>): URLSearchParams {
  const query = new URLSearchParams()
  let filters: Subscription['filters'] = {}
  for (const subscription of group) {
    query.append('topic', subscription.topic)
    filters = subscription.filters
    if (always(subscription.topic).timestamps) query.set('timestamps', 'true')
  }
  for (const [name, values] of Object.entries(filters)) for (const value of values) query.append(name, value)
  return query
}

/** The topic that a push of a group belongs to. */
export function topicOf(push: { type: string; data?: unknown }): string | null {
  if (push.type === 'event' || push.type === 'gap') return 'events'
  if (push.type === 'stats') return 'stats'
  if (push.type === 'log') return 'logs'
  if (push.type === 'change') return (push.data as { topic: string }).topic
  return null
}

/** One request for each group, begun anew when its members change. */
export class Groups<Reader extends { stop(): void }> {
  private readonly members = new Map<string, Set<Subscription>>()
  private readonly readers = new Map<string, Reader>()
  private readonly stale = new Set<string>()

  constructor(
    private readonly keyOf: (subscription: Subscription) => string,
    private readonly begin: (group: ReadonlySet<Subscription>) => Reader,
  ) {}

  add(subscription: Subscription): void {
    const key = this.keyOf(subscription)
    const group = this.members.get(key) ?? new Set()
    this.members.set(key, group.add(subscription))
    this.restart(key)
  }

  remove(subscription: Subscription): void {
    const key = this.keyOf(subscription)
    const group = this.members.get(key)
    if (!group?.delete(subscription)) return
    if (group.size === 0) this.members.delete(key)
    this.restart(key)
  }

  stop(): void {
    this.members.clear()
    for (const reader of this.readers.values()) reader.stop()
    this.readers.clear()
  }

  get size(): number {
    return this.members.size
  }

  /** Subscriptions that come in one go become one request. */
  private restart(key: string): void {
    if (this.stale.has(key)) return
    this.stale.add(key)
    queueMicrotask(() => {
      this.stale.delete(key)
      this.readers.get(key)?.stop()
      this.readers.delete(key)
      const group = this.members.get(key)
      if (group !== undefined) this.readers.set(key, this.begin(new Set(group)))
    })
  }
}
