// Search and order of the containers' table; pure, so that it can be tested.

import type { Container } from '../../protocol'
import { changedAt } from '../../state'
import type { Usage } from '../../stores/stats.svelte'

export const COLUMNS = ['state', 'name', 'image', 'host', 'status', 'cpu', 'memory'] as const
export type Column = (typeof COLUMNS)[number]

/** Every word must be found somewhere: name, id, image, host, state, owner, labels (so its compose project), ports. */
export function matches(container: Container, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const { name, id, image, host, state, owner, labels, ports } = container
  const text = [name, id, image, host, state, owner ?? '']
    .concat(Object.entries(labels).map(([key, value]) => `${key}=${value}`))
    .concat(ports.map((port) => `:${port.host_port ?? ''}:${port.container_port}/${port.protocol}`))
    .join('\n')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

export const words = (search: string) => search.toLowerCase().split(/\s+/).filter(Boolean)

/** Figures begin with the largest, times with the newest; words with the first of the alphabet. */
export const largestFirst = (column: Column) => column === 'cpu' || column === 'memory' || column === 'status'

type Figures = Pick<Usage, 'cpu_percent' | 'memory_usage'>

/** Compares by a column, and by name and host where that says nothing. */
export function by(column: Column, usage: (container: Container) => Figures | undefined) {
  const figure = (field: keyof Figures) => (a: Container, b: Container) =>
    (usage(b)?.[field] ?? -1) - (usage(a)?.[field] ?? -1)
  const text = (field: 'state' | 'name' | 'image' | 'host') => (a: Container, b: Container) => compare(a[field], b[field])
  const first =
    column === 'cpu'
      ? figure('cpu_percent')
      : column === 'memory'
        ? figure('memory_usage')
        : column === 'status'
          ? (a: Container, b: Container) => changedAt(b) - changedAt(a)
          : text(column)
  return (a: Container, b: Container) => first(a, b) || compare(a.name, b.name) || compare(a.host, b.host)
}

const { compare } = new Intl.Collator(undefined, { numeric: true })
