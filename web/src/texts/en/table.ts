// The containers' table, in English.

export const table = {
  selection: 'Selection',
  filters: 'Filters',
  group: 'Group by',
  groups: { '': 'nothing', host: 'host', project: 'project', owner: 'owner' },
  without: { host: 'no host', project: 'no project', owner: 'no owner' },
  running: (running: number, all: number) => `${running} of ${all} running`,
  fold: (name: string) => `Fold ${name}`,
  unfold: (name: string) => `Unfold ${name}`,
  upSince: 'Up since',
  project: (name: string) => `Project ${name}`,
}
