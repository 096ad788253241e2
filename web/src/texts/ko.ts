// Every text of the dashboard, in Korean.

import type { Texts } from './en'
import { connection } from './ko/connection'
import { actions, containers, states } from './ko/containers'
import { events } from './ko/events'
import { hosts, hostStates } from './ko/hosts'
import { login } from './ko/login'
import { overview } from './ko/overview'
import { ago, dismiss, hints, keys, nav, notice, product, roleNames, roles, skip, theme, times } from './ko/shell'

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
  actions,
  containers,
  states: states,
  events,
  hosts,
  hostStates: hostStates,
  login,
  overview,
}
