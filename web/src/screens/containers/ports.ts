// Published ports, and the address at which this browser may reach them.

import type { Host, PublishedPort } from '../../protocol'

export interface Shown {
  text: string
  /** Only ever http, and only where the port is plain TCP that the host publishes. */
  href: string | null
}

const EVERYWHERE = new Set(['', '0.0.0.0', '::', '[::]'])

/** Each published port once, whether by IPv4, IPv6 or both; then what is only exposed. */
export function shownPorts(ports: readonly PublishedPort[], host: Host | undefined): Shown[] {
  const seen = new Map<string, Shown>()
  for (const { host_ip, host_port, container_port, protocol } of ports) {
    const suffix = protocol === 'tcp' ? '' : `/${protocol}`
    if (!host_port) {
      seen.set(`${container_port}${suffix}`, { text: `${container_port}${suffix}`, href: null })
      continue
    }
    const text = `${host_port}→${container_port}${suffix}`
    const name = reach(host_ip, host?.addr ?? '')
    const href = protocol === 'tcp' && name !== null ? `http://${name}:${host_port}/` : null
    if (!seen.get(text)?.href) seen.set(text, { text, href })
  }
  return [...seen.values()].sort((a, b) => Number(a.href === null) - Number(b.href === null))
}

/** The name under which a port that is bound to `ip` on the host at `addr` is reached from here. */
function reach(ip: string, addr: string): string | null {
  const local = addr === '' || addr.startsWith('unix:')
  if (!EVERYWHERE.has(ip)) {
    const loopback = ip.startsWith('127.') || ip === '::1'
    if (loopback && !(local && ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname))) return null
    return ip.includes(':') ? `[${ip}]` : ip
  }
  if (local) return location.hostname
  const name = /^[a-z]+:\/\/(?:[^@/]*@)?(\[[0-9a-f:.]+\]|[\w.-]+)/i.exec(addr)?.[1]
  return name ?? null
}
