// Pushes by long polling: what passes through everything that passes requests at all.

import type { Push } from '../protocol'
import { t } from '../texts'
import { Groups, groupQuery, pollKey, topicOf } from './groups'
import { parse } from './packet'
import { postedPing, refusal } from './stream'
import { HELD_MOST, isEnd, isLog, type Failure, type Sink, type Subscription, type Transport } from './transport'

/** Seconds the hub may hold an answer back; under the 30 s that many proxies allow. */
const WAIT = 25
/** The hub answers after `WAIT` whatever happens; so long is a slow network given on top. */
const GRACE = 10_000

/** Milliseconds between polls that bring nothing and yet come back at once. */
const PAUSE = 1_000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export function openPolling(subscriptions: Iterable<Subscription>, sink: Sink): Transport {
  let ended = false
  let proven = false

  function lose(failure: Failure) {
    if (ended) return
    close()
    sink.lost(failure)
  }

  function close() {
    ended = true
    groups.stop()
  }

  function heard() {
    if (proven || ended) return
    proven = true
    sink.ready()
  }

  const waiting: (() => void)[] = []
  let under = 0

  /** Does it when fewer than `HELD_MOST` others are under way. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (under >= HELD_MOST) await new Promise<void>((resume) => waiting.push(resume))
    under++
    try {
      return await work()
    } finally {
      under--
      waiting.shift()?.()
    }
  }

  function begin(group: ReadonlySet<Subscription>) {
    const stop = new AbortController()
    poll(group, stop.signal).then((failure) => failure === null || lose(failure), () => {
      if (!stop.signal.aborted) lose({ kind: 'unreachable', reason: t.connection.broken.unreachable })
    })
    return { stop: () => stop.abort() }
  }

  async function poll(group: ReadonlySet<Subscription>, stopped: AbortSignal): Promise<Failure | null> {
    const byTopic = new Map([...group].map((subscription) => [subscription.topic, subscription]))
    const log = [...group].find(({ topic }) => isLog(topic))
    let since = log?.since ?? null
    for (let first = true; ; first = false) {
      const query = groupQuery(group)
      if (since !== null) query.set('since', since)
      // The first answer proves the way, and where many take turns none may be held back.
      query.set('wait', String(first || groups.size > HELD_MOST ? 0 : WAIT))
      const began = performance.now()
      const { response, text } = await inTurn(async () => {
        const signal = AbortSignal.any([stopped, AbortSignal.timeout(WAIT * 1000 + GRACE)])
        const response = await fetch(`/poll?${query}`, { credentials: 'same-origin', cache: 'no-store', signal })
        return { response, text: await response.text() }
      })
      const answer = parse(text) as { pushes?: Push[]; next?: string } | null
      if (!response.ok || !Array.isArray(answer?.pushes)) return refusal(response.status, text)
      if (stopped.aborted) return { kind: 'away', reason: 'stopped' }
      heard()
      for (const push of answer.pushes) {
        if (push.type === 'notice') sink.notice(push.data.level, push.data.message)
        const subscription = byTopic.get(topicOf(push) ?? '')
        if (subscription !== undefined) sink.push(subscription, push)
      }
      if (answer.pushes.some(isEnd)) return null
      since = answer.next ?? since
      if (log !== undefined && answer.next !== undefined) sink.position(log, answer.next)
      // A hub that drains answers empty and at once; asking on without a pause would be a hammer.
      if (!first && answer.pushes.length === 0 && performance.now() - began < PAUSE) await pause(PAUSE)
    }
  }

  const groups = new Groups(pollKey, begin)
  for (const subscription of subscriptions) groups.add(subscription)
  if (groups.size === 0) {
    postedPing().then(heard, () => lose({ kind: 'unreachable', reason: t.connection.broken.unreachable }))
  }
  return {
    kind: 'polling',
    watch: (subscription) => groups.add(subscription),
    unwatch: (subscription) => groups.remove(subscription),
    ping: postedPing,
    close,
  }
}
