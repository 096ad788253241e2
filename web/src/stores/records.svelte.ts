// A state topic as a map of whole records, replaced once a frame.

import { READABLE, onceAFrame } from '../frame'
import type { Push } from '../protocol'
import { hub } from './connection.svelte'

export class Records<T> {
  /** By key. A new map each time something changed; its records are never mutated. */
  all = $state.raw<ReadonlyMap<string, T>>(new Map())
  /** Whether a first snapshot has come. */
  known = $state(false)
  private next: Map<string, T> | null = null
  private readonly draw = onceAFrame(() => {
    if (this.next === null) return
    this.all = this.next
    this.next = null
    this.known = true
    this.drawn()
  }, READABLE)

  constructor(
    private readonly topic: string,
    private readonly key: (record: T) => string,
  ) {}

  /** Listens until the returned function is called. */
  watch(): () => void {
    const end = hub.subscribe(this.topic, {}, { push: (push) => this.take(push) })
    return () => {
      end()
      this.next = new Map()
      this.draw()
      this.known = false
    }
  }

  /** A record went, by a change or because a snapshot has it no more. */
  protected gone(key: string, record: T): void {
    void [key, record]
  }

  /** The map was replaced. */
  protected drawn(): void {}

  private take(push: Push): void {
    if (push.type !== 'change') return
    const { snapshot, set, remove } = push.data
    const before = this.next ?? this.all
    const records = snapshot ? new Map<string, T>() : (this.next ?? new Map(this.all))
    for (const record of (snapshot ?? []) as T[]) records.set(this.key(record), record)
    for (const record of (set ?? []) as T[]) records.set(this.key(record), record)
    for (const key of snapshot ? before.keys() : (remove ?? [])) {
      const record = before.get(key)
      if (record === undefined || (snapshot && records.has(key))) continue
      this.gone(key, record)
      records.delete(key)
    }
    this.next = records
    this.draw()
  }
}
