// How a state looks: a shape, a tone and a word, so that colour alone says nothing.

import { visible } from './visible'
import { span } from './format'
import type { Container, Host } from './protocol'
import type { Verb } from './stores/actions.svelte'
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

/** It ended, and not well; or could not begin. */
export function failed({ state, reason }: Container): boolean {
  return (state === 'exited' || state === 'created') && reason != null && reason !== '' && reason !== 'exit 0'
}

/** How long it has been so and why, counted on here: the engine's own words stand still. */
export function statusWords({ state, status, reason, started_at, finished_at }: Container, now: number): string {
  const health = / \((healthy|unhealthy|health: starting)\)/.exec(status)?.[1]
  const parts: string[] = []
  if (['running', 'paused'].includes(state) && started_at) parts.push(t.containers.up(span(now - Date.parse(started_at))))
  else if (finished_at) parts.push(visible(reason ?? '') || exitWords(status), t.ago(span(now - Date.parse(finished_at))))
  else parts.push(visible(reason ?? ''), status)
  return [...parts, health ?? ''].filter(Boolean).join(' · ')
}

/** `exit 0` of `Exited (0) 3 minutes ago`. */
function exitWords(status: string): string {
  const code = /\((\d+)\)/.exec(status)?.[1]
  return code === undefined ? '' : t.events.exit(code)
}

/** When it last started or ended, in milliseconds. */
export function changedAt({ started_at, finished_at, created }: Container): number {
  return Date.parse(finished_at ?? started_at ?? created)
}

/** What a person who runs hosts wants to be shown first. */
export function needsAttention(container: Container): boolean {
  return failed(container) || unhealthy(container) || container.state === 'restarting' || container.state === 'dead'
}

/** What can be asked of it in its state, the likeliest first. */
export function verbsFor({ state }: Container): readonly Verb[] {
  if (state === 'running') return ['stop', 'restart', 'pause', 'kill', 'remove']
  if (state === 'restarting') return ['stop', 'kill', 'remove']
  if (state === 'paused') return ['unpause', 'stop', 'kill', 'remove']
  if (['exited', 'created', 'dead'].includes(state)) return ['start', 'remove']
  return []
}

/** A stopped one can be started, a running one stopped; the rest is on its way. */
export function verbFor(container: Container): 'start' | 'stop' | null {
  if (['running', 'restarting', 'paused'].includes(container.state)) return 'stop'
  if (['exited', 'created', 'dead'].includes(container.state)) return 'start'
  return null
}
