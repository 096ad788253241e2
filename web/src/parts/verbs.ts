// The actions of containers as a person chooses them: which, with which picture, and what is asked before.

import Pause from '@lucide/svelte/icons/pause'
import Play from '@lucide/svelte/icons/play'
import RotateCw from '@lucide/svelte/icons/rotate-cw'
import Square from '@lucide/svelte/icons/square'
import Trash from '@lucide/svelte/icons/trash-2'
import Zap from '@lucide/svelte/icons/zap'
import type { Container } from '../protocol'
import { verbsFor } from '../state'
import { actions, type Verb } from '../stores/actions.svelte'
import { connection } from '../stores/connection.svelte'
import { hosts } from '../stores/hosts.svelte'
import { session } from '../stores/session.svelte'
import { t } from '../texts'
import type { Question } from './Ask.svelte'

export const ICONS = { start: Play, stop: Square, restart: RotateCw, pause: Pause, unpause: Play, kill: Zap, remove: Trash }

/** What this person may ask of it now; nothing of one whose host does not answer. */
export function open(container: Container): readonly Verb[] {
  const live = !connection.lost && hosts.live(container.host)
  return live && session.mayChange(container) ? verbsFor(container) : []
}

const RUNS = ['running', 'paused', 'restarting']

/** Does it to those that allow it, or gives the question that comes before. */
export function ask(verb: Verb, list: readonly Container[], after: () => void = () => undefined): Question | null {
  const able = list.filter((container) => open(container).includes(verb))
  const yes = () => {
    for (const container of able) actions.run(verb, container)
    after()
  }
  const names = able.map(({ name, host }) => `${name} · ${host}`)
  const [first] = able
  if (first === undefined) return null
  if (verb === 'remove') {
    const running = able.filter(({ state }) => RUNS.includes(state)).length
    const why = [running > 0 ? t.verbs.askRemoveRunning(running) : '', t.verbs.askRemoveWhy].filter(Boolean).join(' ')
    return { title: t.verbs.askRemove(able.length), why, names, verb: t.verbs.remove, bad: true, yes }
  }
  if (verb === 'kill') {
    return { title: t.verbs.askKill(first.name), why: t.verbs.askKillWhy, names, verb: t.verbs.kill, bad: true, yes }
  }
  yes()
  return null
}
