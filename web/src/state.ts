// How a state looks: a shape, a tone and a word, so that colour alone says nothing.

import type { Container, Host } from './protocol'
import { t } from './texts'

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle'
export type Shape = 'dot' | 'ring' | 'square' | 'cross' | 'bars' | 'turn' | 'alert'

export interface Look {
  shape: Shape
  tone: Tone
  word: string
}

const unhealthy = (container: Container) => container.state === 'running' && container.status.includes('(unhealthy)')

export function containerLook(container: Container): Look {
  const { state } = container
  const word = t.states[state] ?? state
  if (unhealthy(container)) return { shape: 'alert', tone: 'warn', word: t.states['unhealthy'] ?? state }
  if (state === 'running') return { shape: 'dot', tone: 'good', word }
  if (state === 'paused') return { shape: 'bars', tone: 'idle', word }
  if (state === 'restarting' || state === 'removing') return { shape: 'turn', tone: 'warn', word }
  if (state === 'dead' || failed(container)) return { shape: 'cross', tone: 'bad', word }
  return { shape: state === 'created' ? 'ring' : 'square', tone: 'idle', word }
}

export function hostLook(host: Host): Look {
  const word = t.hostStates[host.state] ?? host.state
  if (host.state === 'online') return { shape: 'dot', tone: 'good', word }
  if (host.state === 'connecting') return { shape: 'turn', tone: 'busy', word }
  return { shape: 'cross', tone: 'bad', word }
}

/** It ended, and not well. */
export function failed({ state, reason }: Container): boolean {
  return state === 'exited' && reason != null && reason !== '' && reason !== 'exit 0'
}

/** What a person who runs hosts wants to be shown first. */
export function needsAttention(container: Container): boolean {
  return failed(container) || unhealthy(container) || container.state === 'restarting' || container.state === 'dead'
}

/** A stopped one can be started, a running one stopped; the rest is on its way. */
export function verbFor(container: Container): 'start' | 'stop' | null {
  if (['running', 'restarting', 'paused'].includes(container.state)) return 'stop'
  if (['exited', 'created', 'dead'].includes(container.state)) return 'start'
  return null
}
