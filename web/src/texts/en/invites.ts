// Invites, in English.

export const invites = {
  for: 'For',
  add: 'New invite',
  nameHint: 'The name that the account will have.',
  make: 'Make the invite',
  link: (username: string) => `Link for ${username}`,
  linkHint: 'Whoever opens it chooses a password and has the account. It works once.',
  empty: 'No open invites',
  emptyHint: 'An invite is a link by which somebody makes an account of a name and role that you choose.',
  remove: (username: string) => `Remove the invite for ${username}`,
  removeWords: 'Its link stops working at once.',
  notRemoved: (username: string) => `The invite for ${username} was not removed`,
  accept: 'Make the account',
  acceptWords: 'You are invited. Choose a password.',
}
