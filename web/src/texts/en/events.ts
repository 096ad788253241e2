// Events, in English.

import { count } from './count'

export const events = {
  title: 'Events',
  label: 'Events, newest first',
  type: 'Type',
  host: 'Host',
  action: 'Action',
  range: 'Since',
  pause: 'Pause',
  resume: 'Go on',
  waiting: (n: number) => `${count(n, 'new event', 'new events')}`,
  gap: (host: string | null) => (host === null ? 'Events are missing' : `Events of ${host} are missing`),
  gapReasons: {
    engine: 'The engine was out of reach, restarted or forgot them.',
    retention: 'They are older than the hub keeps.',
  },
  inferred: 'inferred',
  inferredHint: 'Not told by the engine: seen when the list was read again',
  exit: (code: string) => `exit ${code}`,
  clear: 'Take the filter away',
  empty: 'Nothing happened yet',
  emptyHint: 'What Docker does on any host appears here as it happens: containers that start, stop and die, images pulled, networks made.',
  none: 'No such event',
  noneHint: 'Nothing that matches has happened in this span.',
  refused: 'The hub refused this selection',
  histogram: 'How many events there were',
  histogramHint: 'Draw over a part, or press Enter on it, to list only that; Shift makes it longer',
  bar: (from: string, to: string, all: number, bad: number) => `${from} – ${to}: ${count(all, 'event', 'events')}${bad > 0 ? `, ${bad} bad` : ''}`,
  around: (time: string) => `Around ${time}`,
  older: 'Reading older ones …',
  beginning: 'These are all of this span.',
  ahead: (n: number) => `Only ${n} rows are kept here; newer ones were let go.`,
  toNewest: 'To the newest',
  counting: 'Still counting',
}
