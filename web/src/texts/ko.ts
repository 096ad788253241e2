// Every text of the dashboard, in Korean.

import type { Texts } from './en'
import { audit } from './ko/audit'
import { forms } from './ko/forms'
import { images } from './ko/images'
import { invites } from './ko/invites'
import { me } from './ko/me'
import { settings } from './ko/settings'
import { users } from './ko/users'
import { connection } from './ko/connection'
import { charts, container, files, inspect, logs } from './ko/container'
import { containers, states } from './ko/containers'
import { events } from './ko/events'
import { hosts, hostStates } from './ko/hosts'
import { login } from './ko/login'
import { overview } from './ko/overview'
import { ago, dismiss, hints, keys, nav, notice, product, roleNames, roles, skip, theme, times } from './ko/shell'
import { table } from './ko/table'
import { terminal } from './ko/terminal'
import { verbs } from './ko/verbs'

export const ko: Texts = {
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
  states,
  events,
  hosts,
  hostStates,
  login,
  overview,
}
