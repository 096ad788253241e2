// Why a container is as it is, in a sentence; pure, so that it can be tested.

import { bytes, span } from '../../format'
import type { Container, Host } from '../../protocol'
import { failed, type Tone } from '../../state'
import { t } from '../../texts'

export interface Why {
  tone: Tone
  /** What happened. */
  text: string
  /** The engine's or the host's own words. */
  words: string
}

/** The signals that a hand or a stop sends, and not a fault of the program's own. */
const FROM_OUTSIDE = /^killed \((\w+)\)$/

/** Null where there is nothing to explain. */
export function why(container: Container, host: Host | undefined, now: number): Why | null {
  if (host !== undefined && host.state !== 'online') {
    return { tone: 'bad', text: t.container.why.hostAway(host.host, span(now - Date.parse(host.since))), words: host.error ?? '' }
  }
  const { state, status } = container
  const reason = container.reason ?? ''
  if (state === 'running') {
    return status.includes('(unhealthy)') ? { tone: 'warn', text: t.container.why.unhealthy, words: '' } : null
  }
  if (state === 'restarting') return { tone: 'warn', text: `${t.container.why.restarting} ${ended(container, reason).text}`, words: '' }
  if (state === 'created') {
    return reason === '' ? null : { tone: 'bad', text: t.container.why.notStarted, words: reason }
  }
  if (state !== 'exited' && state !== 'dead') return null
  return ended(container, reason)
}

function ended(container: Container, given: string): Why {
  const says = t.container.why
  const reason = given || (/\((\d+)\)/.exec(container.status)?.[1] ?? '').replace(/^(\d)/, 'exit $1')
  const tone: Tone = failed({ ...container, state: 'exited' }) ? 'bad' : 'idle'
  if (reason === 'out of memory') {
    const limit = container.memory_limit
    return { tone, text: limit ? says.oom(bytes(limit)) : says.oomBare, words: '' }
  }
  const code = /^exit (-?\d+)$/.exec(reason)?.[1]
  if (code !== undefined) return { tone, text: code === '0' ? says.exitZero : says.exit(code), words: '' }
  const signal = FROM_OUTSIDE.exec(reason)?.[1]
  if (signal === 'SIGTERM') return { tone, text: says.terminated, words: '' }
  if (signal !== undefined) return { tone, text: says.killed(signal), words: '' }
  return { tone, text: says.engine, words: reason || container.status }
}
