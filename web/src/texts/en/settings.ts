// Settings, in English.

import type { Words } from '../words'

export const settings = {
  words: 'What is in force since the start of the hub, and where it comes from',
  search: 'Search settings',
  only: 'only what was set',
  key: 'Key',
  value: 'Value',
  from: 'From',
  sources: { flag: 'flag', variable: 'variable', file: 'file', default: 'default' } as Words,
  unset: 'not set',
}
