// The tabs of a container's page: which there are for whom, and what is fetched when one is opened.

import type { Component } from 'svelte'
import type { Container } from '../../protocol'
import { t } from '../../texts'

export type Tab = keyof typeof t.container.tab

type Load = () => Promise<{ default: Component<Record<string, unknown>> }>

const LOADS: Record<Tab, Load> = {
  overview: (() => import('./overview/Tab.svelte')) as unknown as Load,
  logs: (() => import('./logs/Tab.svelte')) as unknown as Load,
  terminal: (() => import('../terminal/Terminal.svelte')) as unknown as Load,
  stats: (() => import('./stats/Tab.svelte')) as unknown as Load,
  files: (() => import('./files/Tab.svelte')) as unknown as Load,
  events: (() => import('./events/Tab.svelte')) as unknown as Load,
  inspect: (() => import('./inspect/Tab.svelte')) as unknown as Load,
}

const ORDER = Object.keys(t.container.tab) as Tab[]
/** What only those may who may change the container. */
const CHANGING: readonly Tab[] = ['terminal', 'files']

/** Of one that is gone, or was never seen, the hub's log of events still knows. */
export function tabsOf(container: Container | undefined, mayChange: boolean, gone: boolean): Tab[] {
  if (container === undefined) return ['events']
  if (gone) return ['overview', 'events']
  return ORDER.filter((tab) => mayChange || !CHANGING.includes(tab))
}

export function loadOf(tab: Tab): Load {
  return LOADS[tab]
}
