// Whether the palette is open, and what it finds.

import type { Component } from 'svelte'
import Box from '@lucide/svelte/icons/box'
import Server from '@lucide/svelte/icons/server'
import Zap from '@lucide/svelte/icons/zap'
import { places } from '../screens/routes'
import { matches, words } from '../screens/containers/find'
import { containerLook, hostLook, verbsFor, type Look } from '../state'
import { actions, type Verb } from '../stores/actions.svelte'
import { address } from '../stores/address.svelte'
import { containerKey, containers } from '../stores/containers.svelte'
import { hosts } from '../stores/hosts.svelte'
import { language } from '../stores/language.svelte'
import { session } from '../stores/session.svelte'
import { theme } from '../stores/theme.svelte'
import { LANGUAGES, t, type Language } from '../texts'

export interface Entry {
  key: string
  word: string
  /** What sets it apart from others of the same name. */
  more?: string
  icon: Component
  look?: Look
  act: () => unknown
}

/** Entries of a group; who wants others types on. */
const SHOWN = 8

class Palette {
  open = $state(false)
}
export const palette = new Palette()

/** What destroys is asked for where it stands, not from here. */
const ASKED: readonly Verb[] = ['kill', 'remove']

const go = (to: string) => () => address.go(to)
const path = (...parts: string[]) => `/${parts.map(encodeURIComponent).join('/')}`

/** Everything that is not a container, with the words it is found by. */
function fixed(): { screens: Entry[]; actions: Entry[] } {
  const admin = session.role === 'admin'
  const screens: Entry[] = places
    .filter((place) => !('admin' in place) || admin)
    .map(({ to, name, icon }) => ({ key: to, word: name(), icon: icon as Component, act: go(to) }))
  const more = [['/me', t.nav.me], ...(admin ? [['/admin/invites', t.nav.invites], ['/admin/audit', t.nav.audit], ['/admin/settings', t.nav.settings]] : [])]
  for (const [to, word] of more) if (to && word) screens.push({ key: to, word, icon: Zap as Component, act: go(to) })
  const named: [string, string, () => unknown][] = [
    ['token', t.me.newToken, go('/me?new=token')],
    ['dark', theme.isDark ? t.theme.toLight : t.theme.toDark, () => theme.toggle()],
    ...Object.entries(LANGUAGES)
      .filter(([name]) => name !== language.now)
      .map(([name, word]): [string, string, () => unknown] => [name, `${t.nav.language}: ${word}`, () => language.choose(name as Language)]),
    ['logout', t.login.logout, () => session.logout()],
  ]
  if (admin) {
    named.unshift(['host', t.hosts.add, go('/hosts?new=host')], ['user', t.users.add, go('/admin/users?new=user')], ['invite', t.invites.add, go('/admin/invites?new=invite')])
  }
  return { screens, actions: named.map(([key, word, act]) => ({ key: `do ${key}`, word, icon: Zap as Component, act })) }
}

/** What the words find, grouped; each word must be found somewhere. */
export function find(search: string): { name: string; entries: Entry[] }[] {
  const asked = words(search)
  const fits = ({ word }: Entry) => asked.every((one) => word.toLowerCase().includes(one))
  const { screens, actions: named } = fixed()
  const found = asked.length === 0 ? [] : containers.list.filter((container) => matches(container, asked))
  // One whose name begins so is more likely meant than one whose label has it somewhere.
  const rank = ({ name }: { name: string }) => (name.toLowerCase().startsWith(asked[0] ?? '') ? 0 : name.toLowerCase().includes(asked[0] ?? '') ? 1 : 2)
  const entries = [...found].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN).map((container): Entry => ({
    key: containerKey(container),
    word: container.name,
    more: `${container.image} · ${container.host}`,
    icon: Box as Component,
    look: containerLook(container),
    act: go(path('containers', container.host, container.id)),
  }))
  const machines = hosts.list.map((host): Entry => ({
    key: `host ${host.host}`, word: host.host, icon: Server as Component, look: hostLook(host), act: go(path('hosts', host.host)),
  }))
  return [
    { name: t.nav.containers, entries },
    { name: t.nav.hosts, entries: machines.filter(fits).slice(0, SHOWN) },
    { name: t.nav.label, entries: screens.filter(fits) },
    { name: t.nav.actions, entries: [...verbs(asked), ...named.filter(fits)].slice(0, SHOWN) },
  ].filter((group) => group.entries.length > 0)
}

/** `stop web`: a verb, and words that find containers. */
function verbs(asked: readonly string[]): Entry[] {
  const [verb = '', ...rest] = asked
  if (rest.length === 0) return []
  return containers.list.flatMap((container): Entry[] => {
    if (!hosts.live(container.host) || !session.mayChange(container) || !matches(container, rest)) return []
    return verbsFor(container)
      .filter((can) => !ASKED.includes(can) && t.verbs[can].toLowerCase().startsWith(verb))
      .map((can) => ({
        key: `${can} ${containerKey(container)}`, word: t.verbs.named[can](container.name), more: container.host, icon: Zap as Component, act: () => actions.run(can, container),
      }))
  })
}
