// Which containers the table shows, in which order, as its address says; and how rows stand still under a pointer.

import type { Container } from '../../protocol'
import { address } from '../../stores/address.svelte'
import { containerKey, containers } from '../../stores/containers.svelte'
import { stats } from '../../stores/stats.svelte'
import { COLUMNS, by, matches, words, type Column } from './find'
import { GROUPS, grouped, type By, type Shown } from './group'

/** Milliseconds after which nobody is about to point at a row any more. */
const LYING = 30_000

export class Listing {
  search = $derived(address.get('q'))
  hosts = $derived(address.all('host'))
  states = $derived(address.all('state'))
  column = $derived<Column>(COLUMNS.find((one) => one === address.get('sort')) ?? 'name')
  down = $derived(address.get('dir') === 'down')
  group = $derived<By | null>(GROUPS.find((one) => one === address.get('group')) ?? null)

  /** What the search finds, before the chips narrow it. */
  found = $derived.by(() => {
    const asked = words(this.search)
    return containers.list.filter((container) => matches(container, asked))
  })

  private sorted = $derived.by((): readonly Shown[] => {
    // Only an order by figures is to be made anew with each sweep.
    const figures = this.column === 'cpu' || this.column === 'memory' ? stats.all : new Map()
    const list = this.found.filter(({ host, state }) => fits(this.hosts, host) && fits(this.states, state)).map(shownOf)
    const order = by(this.column, (container) => figures.get(containerKey(container)) as never)
    // What changes is little of much: what begins as it was ordered last is in order after one pass.
    const sorted = asBefore(list, this.before).sort((a, b) => order(a.container, b.container))
    this.before = sorted.map(({ key }) => key)
    return this.down ? sorted.reverse() : sorted
  })
  private before: readonly string[] = []
  /** The rows as they stood when the pointer came over them; they stand still until it leaves or is left lying. */
  private still = $state.raw<readonly Shown[] | null>(null)
  private lying: ReturnType<typeof setTimeout> | undefined

  rows = $derived.by((): readonly Shown[] => {
    if (this.still === null) return this.sorted
    const now = new Map(this.sorted.map((row) => [row.key, row]))
    const kept = this.still.map(({ key, container }): Shown => {
      const current = containers.all.get(key)
      now.delete(key)
      return { key, container: current ?? container, gone: current === undefined }
    })
    return [...kept, ...now.values()]
  })

  lines = $derived(grouped(this.rows, this.group, address.all('fold')))

  /** The pointer is over the rows. */
  hold(): void {
    this.still ??= this.sorted
    clearTimeout(this.lying)
    this.lying = setTimeout(() => this.release(), LYING)
  }

  release(): void {
    this.still = null
  }

  /** By a column, as a click on its head means it: again the other way round. */
  sortBy(next: Column): void {
    this.order(next, this.column === next && !this.down)
  }

  /** By a column, from its usual beginning or from its end. */
  order(next: string, down: boolean): void {
    address.set('sort', next === 'name' ? '' : next)
    address.set('dir', down ? 'down' : '', { replace: true })
  }

  /** How many of those found are on each host, and some of each state. */
  tally = $derived.by(() => {
    const byHost = new Map<string, number>()
    const byState = new Map<string, Container[]>()
    for (const container of this.found) {
      byHost.set(container.host, (byHost.get(container.host) ?? 0) + 1)
      const some = byState.get(container.state)
      if (some === undefined) byState.set(container.state, [container])
      else some.push(container)
    }
    return { hosts: byHost, states: byState }
  })
}

const rows = new WeakMap<Container, Shown>()

/** A record never changes, so neither does its row. */
function shownOf(container: Container): Shown {
  const known = rows.get(container)
  if (known !== undefined) return known
  const made = { key: containerKey(container), container, gone: false }
  rows.set(container, made)
  return made
}

/** In the order of these keys; what they do not name comes last. */
function asBefore(list: readonly Shown[], keys: readonly string[]): Shown[] {
  const rest = new Map(list.map((row) => [row.key, row]))
  const known = keys.map((key) => rest.get(key)).filter((row) => row !== undefined)
  for (const { key } of known) rest.delete(key)
  return [...known, ...rest.values()]
}

const fits = (chosen: readonly string[], value: string) => chosen.length === 0 || chosen.includes(value)
