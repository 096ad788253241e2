// The overview, in English.

export const overview = {
  title: 'Overview',
  hosts: 'Hosts',
  attention: 'Needs attention',
  calm: 'Nothing needs attention',
  calmHint: 'Containers that died, ran out of memory, are unhealthy or restart again and again, and hosts that are away, are listed here.',
  now: 'What happens now',
  quiet: 'Quiet for 15 minutes',
  top: 'Uses most',
  topEmpty: 'Figures appear with the first sweep of running containers.',
  more: (n: number) => `${n} more`,
  allEvents: 'All events',
  allContainers: 'All containers',
  away: (reason: string) => `away: ${reason}`,
  by: 'By what',
}
