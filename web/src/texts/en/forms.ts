// Forms and questions, in English.

import { count } from './count'

export const forms = {
  cancel: 'Cancel',
  save: 'Save',
  edit: 'Edit',
  remove: 'Remove',
  removing: 'removing …',
  copy: 'Copy',
  copied: 'Copied',
  once: 'This is shown only now. Copy it before you close.',
  optional: 'may be empty',
  done: 'Done',
  file: 'From a file …',
  fileFor: (label: string) => `${label}: read from a file`,
  typeName: (name: string) => `Type ${name} to go on`,
  saved: 'Saved',
  more: 'Show more',
  loading: 'Waiting for the hub …',
  never: 'never',
  days: (n: number) => count(n, 'day', 'days'),
}
