// Which screen an address shows, and who may see it. What is not on the first page is fetched when it is opened.

import Box from '@lucide/svelte/icons/box'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import Server from '@lucide/svelte/icons/server'
import Settings2 from '@lucide/svelte/icons/settings-2'
import type { Component } from 'svelte'
import type { Role } from '../protocol'
import type { Place } from '../place'
import { t } from '../texts'

/** A screen reads the address itself; only a container's page is given its place. */
interface Loaded {
  default: Component<Record<string, never>> | Component<{ place: Place }>
}

export interface Route {
  /** Segments; one that begins with `:` stands for anything. */
  path: string
  title: () => string
  load: () => Promise<Loaded>
  /** The one of `places` that it is part of. */
  place: string
  admin?: true
}

/** Needs a place, and has one wherever its address fits. */
const container = () => import('./container/Container.svelte')

export const routes: readonly Route[] = [
  { path: '/', place: '/', title: () => t.nav.overview, load: () => import('./overview/Overview.svelte') },
  { path: '/containers', place: '/containers', title: () => t.nav.containers, load: () => import('./containers/Containers.svelte') },
  { path: '/containers/:host/:id', place: '/containers', title: () => t.nav.containers, load: container },
  { path: '/containers/:host/:id/:tab', place: '/containers', title: () => t.nav.containers, load: container },
  { path: '/logs', place: '/containers', title: () => t.logs.title, load: () => import('./merged/Merged.svelte') },
  { path: '/hosts', place: '/hosts', title: () => t.nav.hosts, load: () => import('./hosts/Hosts.svelte') },
  { path: '/hosts/:host', place: '/hosts', title: () => t.hosts.title, load: () => import('./host/Host.svelte') },
  { path: '/events', place: '/events', title: () => t.nav.events, load: () => import('./events/Events.svelte') },
  { path: '/me', place: '/me', title: () => t.nav.me, load: () => import('./me/Me.svelte') },
  { path: '/admin/users', place: '/admin', title: () => t.nav.users, load: () => import('./users/Users.svelte'), admin: true },
  { path: '/admin/invites', place: '/admin', title: () => t.nav.invites, load: () => import('./invites/Invites.svelte'), admin: true },
  { path: '/admin/audit', place: '/admin', title: () => t.nav.audit, load: () => import('./audit/Audit.svelte'), admin: true },
  { path: '/admin/settings', place: '/admin', title: () => t.nav.settings, load: () => import('./settings/Settings.svelte'), admin: true },
]

/** What the navigation leads to. */
export const places = [
  { place: '/', to: '/', name: () => t.nav.overview, icon: LayoutDashboard },
  { place: '/containers', to: '/containers', name: () => t.nav.containers, icon: Box },
  { place: '/hosts', to: '/hosts', name: () => t.nav.hosts, icon: Server },
  { place: '/events', to: '/events', name: () => t.nav.events, icon: ScrollText },
  { place: '/admin', to: '/admin/users', name: () => t.nav.admin, icon: Settings2, admin: true },
] as const

/** The route of an address; none for one that there is nothing at, or not for this role. */
export function routeOf(parts: readonly string[], role: Role): Route | undefined {
  return routes.find(({ path, admin }) => (!admin || role === 'admin') && fits(path.split('/').filter(Boolean), parts))
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((name, i) => name.startsWith(':') || name === parts[i])
}
