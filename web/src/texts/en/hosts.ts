// Hosts, in English.

import { count } from './count'

export const hostStates = { online: 'online', offline: 'offline', connecting: 'connecting' }

export const hosts = {
  title: 'Hosts',
  summary: (online: number, all: number) =>
    online === all ? `${count(all, 'host', 'hosts')}, all answer` : `${online} of ${count(all, 'host', 'hosts')} answer`,
  running: (running: number, total: number) => `${running} of ${total} running`,
  runningLabel: 'Containers',
  cpu: 'CPU',
  memory: 'Memory',
  cpus: (n: number) => count(n, 'CPU', 'CPUs'),
  of: (used: string, all: string) => `${used} of ${all}`,
  engine: 'Engine',
  address: 'Address',
  system: 'System',
  configured: 'From the configuration',
  added: 'Added at run time',
  origin: 'Origin',
  lastSeen: 'as last seen',
  empty: 'No host yet',
  emptyHint: 'Docker hosts that the hub watches are shown here. Name one when you start it: quayside serve --host name=unix:///var/run/docker.sock',
  noReason: 'no reason was given',
  history: 'History',
  changes: 'When it came and went',
  show: (host: string) => `Containers on ${host}`,
}
