// Every text of the dashboard, in English: what the other languages have to say too.

import { audit } from './en/audit'
import { forms } from './en/forms'
import { images } from './en/images'
import { invites } from './en/invites'
import { me } from './en/me'
import { settings } from './en/settings'
import { users } from './en/users'
import { connection } from './en/connection'
import { charts, container, files, inspect, logs } from './en/container'
import { containers, states } from './en/containers'
import { events } from './en/events'
import { hosts, hostStates } from './en/hosts'
import { login } from './en/login'
import { overview } from './en/overview'
import { ago, dismiss, hints, keys, nav, notice, product, roleNames, roles, skip, theme, times } from './en/shell'
import { table } from './en/table'
import { terminal } from './en/terminal'
import { verbs } from './en/verbs'
import type { Words } from './words'

export const en = {
  ago,
  dismiss,
  hints,
  keys,
  nav,
  notice,
  product,
  roleNames,
  roles,
  skip,
  theme,
  times,
  connection,
  audit,
  forms,
  images,
  invites,
  me,
  settings,
  users,
  charts,
  container,
  files,
  inspect,
  logs,
  table,
  terminal,
  verbs,
  containers,
  states: states as Words,
  events,
  hosts,
  hostStates: hostStates as Words,
  login,
  overview,
}

/** A language is complete when it has this type: no text more, none less. */
export type Texts = typeof en
