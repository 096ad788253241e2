// What the form of a host holds, and how it becomes a packet.

import type { Ssh, Tls } from '../../protocol'

/** How the hub proves itself to the engine; `keep` leaves what is stored. */
export type Security = 'keep' | 'none' | 'tls' | 'ssh'

export interface HostFields {
  host: string
  addr: string
  security: Security
  ca: string
  cert: string
  key: string
  sshKey: string
  knownHosts: string
}

/** Of these, which the address leaves a choice of. */
export function choices(addr: string, stored: boolean): Security[] {
  const first: Security[] = stored ? ['keep'] : []
  if (addr.startsWith('ssh:')) return [...first, 'none', 'ssh']
  if (addr.startsWith('tcp:')) return [...first, 'none', 'tls']
  return [...first, 'none']
}

/** The packet's fields, but for the name. */
export function packed(fields: HostFields): { addr: string; tls?: Tls; ssh?: Ssh } {
  const { addr, security, ca, cert, key, sshKey, knownHosts } = fields
  if (security === 'tls') return { addr, tls: { ca, cert, key } }
  if (security === 'ssh') return { addr, ssh: { key: sshKey, known_hosts: knownHosts } }
  return { addr }
}
