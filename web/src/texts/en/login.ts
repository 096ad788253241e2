// The login, in English.

export const login = {
  title: 'Log in',
  username: 'Name',
  password: 'Password',
  submit: 'Log in',
  busy: 'Logging in …',
  logout: 'Log out',
  logoutFailed: 'You are still logged in: the hub did not answer the logout',
  ended: 'Your session has ended. Log in to go on where you were.',
  show: 'Show the password',
  hide: 'Hide the password',
  wait: (seconds: number) => `Try again in ${seconds} s.`,
  reaching: 'Looking for the hub …',
  first: 'The first account is admin. Its password was printed when the hub was first started.',
  wrong: 'The name or the password is wrong.',
  tooMany: 'Too many tries.',
  again: 'You can try again now.',
}
