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
import { actions, containers, states } from './zh/containers'
import { events } from './zh/events'
import { hosts, hostStates } from './zh/hosts'
import { login } from './zh/login'
import { overview } from './zh/overview'
import { ago, dismiss, hints, keys, nav, notice, product, roleNames, roles, skip, theme, times } from './zh/shell'

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
  actions,
  containers,
  states,
  events,
  hosts,
  hostStates,
  login,
  overview,
}
