// Rows in groups, each under a line with its name; pure, so that it can be tested.

import type { Container } from '../../protocol'

export interface Shown {
  key: string
  container: Container
  gone: boolean
}

export interface Group {
  key: string
  /** Empty: those that have none. */
  name: string
  total: number
  running: number
  folded: boolean
}

export type Line = { group: Group; row?: never } | { row: Shown; group?: never }

export const GROUPS = ['host', 'project', 'owner'] as const
export type By = (typeof GROUPS)[number]

export const projectOf = ({ labels }: Container): string => labels['com.docker.compose.project'] ?? ''

export function nameIn(by: By, container: Container): string {
  if (by === 'project') return projectOf(container)
  return (by === 'host' ? container.host : container.owner) ?? ''
}

/** The rows keep their order within a group; groups go by name, and those without one come last. */
export function grouped(rows: readonly Shown[], by: By | null, folded: readonly string[]): Line[] {
  if (by === null) return rows.map((row) => ({ row }))
  const groups = new Map<string, Shown[]>()
  for (const row of rows) {
    const name = nameIn(by, row.container)
    const some = groups.get(name)
    if (some === undefined) groups.set(name, [row])
    else some.push(row)
  }
  const names = [...groups.keys()].sort((a, b) => Number(a === '') - Number(b === '') || a.localeCompare(b))
  return names.flatMap((name): Line[] => {
    const some = groups.get(name) ?? []
    const running = some.filter(({ container }) => container.state === 'running').length
    const group = { key: `group ${by} ${name}`, name, total: some.length, running, folded: folded.includes(name) }
    return [{ group }, ...(group.folded ? [] : some.map((row) => ({ row })))]
  })
}
