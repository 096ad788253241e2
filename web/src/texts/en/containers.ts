// Containers, in English.

import { count } from './count'

export const states = {
  running: 'running',
  exited: 'exited',
  created: 'created',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'removing',
  dead: 'dead',
  gone: 'removed',
  unhealthy: 'unhealthy',
}

export const containers = {
  title: 'Containers',
  label: 'Containers of all hosts',
  summary: (shown: number, all: number, hosts: number) =>
    shown === all
      ? `${count(all, 'container', 'containers')} on ${count(hosts, 'host', 'hosts')}`
      : `${shown} of ${count(all, 'container', 'containers')}`,
  partial: (online: number, all: number) => `${online} of ${all} hosts answer`,
  search: 'Search name, image, id, label, port …',
  searchLabel: 'Search containers',
  columns: {
    state: 'State',
    name: 'Name',
    image: 'Image',
    host: 'Host',
    status: 'Status',
    cpu: 'CPU',
    memory: 'Memory',
    ports: 'Ports',
    actions: 'Actions',
  },
  sort: (column: string) => `Sort by ${column}`,
  of: (limit: string) => `of ${limit}`,
  was: (state: string) => `was ${state}`,
  asOf: (span: string) => `host away for ${span}`,
  up: (span: string) => `up ${span}`,
  created: (time: string) => `Created ${time}`,
  started: (time: string) => `Started ${time}`,
  finished: (time: string) => `Ended ${time}`,
  gone: 'Removed while you were looking',
  empty: 'No containers yet',
  emptyHint: 'Containers of every host appear here by themselves, as soon as there are any: docker run -d --name web nginx',
  none: 'Nothing matches',
  noneHint: 'No container matches the search and filters.',
  reset: 'Show all containers',
  waiting: 'Waiting for the first list …',
  open: (where: string) => `Open ${where}`,
  more: (n: number) => `+${n}`,
}
