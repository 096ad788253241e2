// The containers' table, in English.

export const table = {
  selection: 'Selection',
  filters: 'Filters',
  sort: 'Sort by',
  turn: 'Turn the order round',
  /** From the first to the last, and the other way round. */
  orders: {
    state: ['A to Z', 'Z to A'],
    name: ['A to Z', 'Z to A'],
    image: ['A to Z', 'Z to A'],
    host: ['A to Z', 'Z to A'],
    status: ['oldest first', 'newest first'],
    cpu: ['smallest first', 'largest first'],
    memory: ['smallest first', 'largest first'],
  },
  group: 'Group by',
  groups: { '': 'nothing', host: 'host', project: 'project', owner: 'owner' },
  without: { host: 'no host', project: 'no project', owner: 'no owner' },
  running: (running: number, all: number) => `${running} of ${all} running`,
  fold: (name: string) => `Fold ${name}`,
  unfold: (name: string) => `Unfold ${name}`,
  upSince: 'Up since',
  project: (name: string) => `Project ${name}`,
}
