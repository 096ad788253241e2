// The audit log, in English.

export const audit = {
  words: 'Each change, login and refusal, newest first',
  filter: 'Filter the audit log',
  when: 'When',
  who: 'Who',
  what: 'What',
  which: 'Which',
  since: 'From',
  until: 'To',
  from: 'Address',
  result: 'Result',
  detail: 'Details',
  nobody: 'nobody',
  all: 'Show all',
  empty: 'Nothing was written down',
  emptyHint: 'No entry matches. Changes, logins, terminals and refusals are written down as they happen.',
}
