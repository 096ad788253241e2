// What frames every screen, in English.

import { count } from './count'

export const nav = {
  label: 'Screens',
  overview: 'Overview',
  containers: 'Containers',
  hosts: 'Hosts',
  events: 'Events',
  admin: 'Admin',
  me: 'My account',
  users: 'Users',
  invites: 'Invites',
  audit: 'Audit log',
  settings: 'Settings',
  actions: 'Actions',
  language: 'Language',
  account: (username: string) => `Account of ${username}`,
  find: 'Container, host, screen, or “stop web” …',
  found: 'What was found',
  nothing: 'Nothing is here',
  nothingHint: 'There is no such screen, or your role may not see it.',
  unloaded: 'This part of the page could not be fetched',
}

export const product = 'Quayside'
export const skip = 'Skip to the content'
export const notice = 'The hub says'
export const dismiss = 'I have read this'
export const times = (n: number) => count(n, 'time', 'times')
export const ago = (span: string) => `${span} ago`

export const theme = {
  title: 'Colours',
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  toDark: 'Use dark colours',
  toLight: 'Use light colours',
}

export const roleNames = { viewer: 'viewer', user: 'user', teacher: 'teacher', operator: 'operator', admin: 'admin' }

export const roles = {
  viewer: 'viewer: sees everything, changes nothing',
  user: 'user: sees and changes what it owns',
  teacher: 'teacher: what it owns, and its courses',
  operator: 'operator: every container on every host',
  admin: 'admin: everything',
}

export const hints = {
  invalid: 'Change what the message names and try again.',
  unauthenticated: 'Log in again.',
  forbidden: 'Your role does not allow it; an operator or admin can.',
  not_found: 'It is gone, or was never there.',
  conflict: 'It has changed meanwhile; look at its state.',
  too_large: 'Send less at once.',
  limited: 'Wait a moment, then try again.',
  engine: 'These are the words of the Docker Engine on that host.',
  unavailable: 'Check that the host is up and that the hub can reach it; what it lacks is shown under Hosts.',
  timeout: 'It may still happen; its state is shown live.',
  full: 'Storage is full: remove something, then try again.',
  internal: 'The hub has a fault; its log says more.',
}

export const keys = {
  title: 'Keys',
  search: 'search',
  move: 'move in a table',
  open: 'open what is in focus',
  toggle: 'start or stop the container in focus, restart it, its logs',
  select: 'select the container in focus',
  menu: 'its actions',
  go: 'overview, containers, hosts, events, my account',
  palette: 'find any container, host, screen or action',
  help: 'this list',
  terminal: 'the same from within a terminal, which takes all other keys',
  escape: 'close, or clear the search',
  close: 'Close',
}
