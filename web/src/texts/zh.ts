// Every text of the dashboard, in Chinese.

import type { Texts } from './en'
import { audit } from './zh/audit'
import { forms } from './zh/forms'
import { images } from './zh/images'
import { invites } from './zh/invites'
import { me } from './zh/me'
import { settings } from './zh/settings'
import { users } from './zh/users'
import { connection } from './zh/connection'
import { charts, container, files, inspect, logs } from './zh/container'
import { containers, states } from './zh/containers'
import { events } from './zh/events'
import { hosts, hostStates } from './zh/hosts'
import { login } from './zh/login'
import { overview } from './zh/overview'
import { ago, dismiss, hints, keys, nav, notice, product, roleNames, roles, skip, theme, times } from './zh/shell'
import { table } from './zh/table'
import { terminal } from './zh/terminal'
import { verbs } from './zh/verbs'

export const zh: Texts = {
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
