// What needs attention, newest first, each with the way to its cause.

import { visible } from '../../visible'
import { placeHref } from '../../place'
import type { Container, Host } from '../../protocol'
import { changedAt, containerLook, hostLook, needsAttention, type Look } from '../../state'
import { containerKey } from '../../stores/containers.svelte'
import { t } from '../../texts'

export interface Trouble {
  key: string
  at: number
  look: Look
  name: string
  href: string
  why: string
}

/** Of hosts that are away only they themselves are listed: what is known of their containers is old. */
export function troubles(containers: readonly Container[], away: readonly Host[], live: (host: string) => boolean): Trouble[] {
  const hosts = away.filter(({ state }) => state === 'offline')
  const died = containers.filter((container) => live(container.host) && needsAttention(container))
  return [...hosts.map(ofHost), ...died.map(ofContainer)].sort((a, b) => b.at - a.at)
}

function ofHost(host: Host): Trouble {
  return {
    key: `host ${host.host}`,
    at: Date.parse(host.since),
    look: hostLook(host),
    name: host.host,
    href: `#/hosts/${encodeURIComponent(host.host)}`,
    why: t.overview.away(visible(host.error ?? '') || t.hosts.noReason),
  }
}

function ofContainer(container: Container): Trouble {
  const look = containerLook(container)
  return {
    key: containerKey(container),
    at: changedAt(container),
    look,
    name: container.name,
    href: placeHref(container),
    why: `${visible(container.reason ?? '') || look.word} · ${container.host}`,
  }
}
