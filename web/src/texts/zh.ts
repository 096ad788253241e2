// Every text of the dashboard, in Chinese.

import type { Texts } from './en'
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
  actions,
  containers,
  states: states,
  events,
  hosts,
  hostStates: hostStates,
  login,
  overview,
}
