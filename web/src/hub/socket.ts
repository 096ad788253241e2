// Packets over one WebSocket. The session cookie authenticates it when it opens.

import type { ErrorBody, Progress, Push, TerminalPush } from '../protocol'
import { t } from '../texts'
import { inputFrame, readOutput } from './frame'
import { HubError, parse } from './packet'
import { OPEN_TIMEOUT, PING_TIMEOUT, always, type Ear, type Failure, type Sink, type Subscription, type Transport, type Wire } from './transport'

/** Pushes that came before the reply that names their subscription; more than these means a confused hub. */
const EARLY_PUSHES = 1_000
/** The same for terminals: a window of 256 KiB comes in no more pieces than these. */
const EARLY_PIECES = 1_000

interface Waiting {
  resolve(data: Record<string, unknown>): void
  reject(error: ErrorBody): void
  progress?(push: Progress): void
}

export function openSocket(sink: Sink): Transport {
  const url = new URL('/ws', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  const waiting = new Map<number, Waiting>()
  const bySub = new Map<number, Subscription>()
  const wanted = new Set<Subscription>()
  let early: { sub: number; push: Push }[] = []
  const ears = new Map<number, Ear>()
  let earlyPieces: { terminal: number; told: (ear: Ear) => void }[] = []
  let asking = 0
  let unanswered = 0
  let lastId = 0
  let proven = false
  let ended = false

  const timer = setTimeout(() => lose({ kind: 'silent', reason: t.connection.broken.slowSocket }), OPEN_TIMEOUT)

  function lose(failure: Failure) {
    if (ended) return
    close()
    sink.lost(failure)
  }

  function close() {
    ended = true
    clearTimeout(timer)
    for (const { reject } of waiting.values()) reject({ code: 'unavailable', message: t.connection.broken.ended })
    waiting.clear()
    socket.close()
  }

  function ask(type: string, data: object, progress?: (push: Progress) => void): Promise<Record<string, unknown>> {
    const id = ++lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, ...(progress ? { progress } : {}) })
      socket.send(JSON.stringify({ type, id, data }))
    })
  }

  /** Hands something to the terminal it is for; what comes before the reply that names it waits. */
  function terminal(terminal: number, told: (ear: Ear) => void) {
    const ear = ears.get(terminal)
    if (ear !== undefined) told(ear)
    else if (asking > 0 && earlyPieces.length < EARLY_PIECES) earlyPieces.push({ terminal, told })
  }

  const wire: Wire = {
    ask: async (data) => {
      asking++
      try {
        return await ask('terminal', data)
      } finally {
        // Only after whoever asked has read the reply and listens.
        setTimeout(() => {
          asking--
          if (asking === 0) earlyPieces = []
        })
      }
    },
    tell: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'terminal', data }))
    },
    type: (terminal, bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(inputFrame(terminal, bytes))
    },
    hear: (terminal, ear) => {
      if (ear === null) return void ears.delete(terminal)
      ears.set(terminal, ear)
      const now = earlyPieces.filter((piece) => piece.terminal === terminal)
      earlyPieces = earlyPieces.filter((piece) => piece.terminal !== terminal)
      for (const { told } of now) told(ear)
    },
  }

  async function ping(): Promise<number> {
    const began = performance.now()
    let late: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        lose({ kind: 'silent', reason: t.connection.broken.silentSocket })
        reject(new Error('late'))
      }, PING_TIMEOUT)
    })
    try {
      await Promise.race([ask('ping', {}), timeout])
    } finally {
      clearTimeout(late)
    }
    return performance.now() - began
  }

  function watch(subscription: Subscription) {
    wanted.add(subscription)
    unanswered++
    const { topic, filters, since } = subscription
    ask('subscribe', { topic, ...filters, ...always(topic), ...(since === null ? {} : { since }) })
      .then((reply) => {
        unanswered--
        const sub = Number(reply['sub'])
        if (!wanted.has(subscription)) return void drop(sub)
        bySub.set(sub, subscription)
        if (since === null && typeof reply['position'] === 'string') sink.position(subscription, reply['position'])
        const now = early.filter((one) => one.sub === sub)
        early = unanswered === 0 ? [] : early.filter((one) => one.sub !== sub)
        for (const { push } of now) sink.push(subscription, push)
      })
      .catch((error: ErrorBody) => {
        unanswered--
        if (!ended) sink.rejected(subscription, error)
      })
  }

  function drop(sub: number) {
    bySub.delete(sub)
    ask('unsubscribe', { sub }).catch(() => undefined)
  }

  function unwatch(subscription: Subscription) {
    wanted.delete(subscription)
    for (const [sub, known] of bySub) if (known === subscription) drop(sub)
  }

  socket.onopen = () => {
    // An open socket proves little: some proxies accept it and pass nothing on.
    ping().then(
      () => {
        if (ended || proven) return
        proven = true
        clearTimeout(timer)
        sink.ready()
      },
      () => undefined,
    )
  }

  socket.onmessage = ({ data }) => {
    if (ended) return
    if (data instanceof ArrayBuffer) {
      const frame = readOutput(data)
      if (frame !== null) terminal(frame.terminal, (ear) => ear.output(frame.offset, frame.bytes))
      return
    }
    if (typeof data !== 'string') return
    const packet = parse(data) as { type?: string; id?: unknown; sub?: number; data?: unknown } | null
    if (packet === null) return
    if (packet.type === 'reply' || packet.type === 'error') {
      const asked = waiting.get(Number(packet.id))
      waiting.delete(Number(packet.id))
      if (packet.type === 'reply') asked?.resolve((packet.data ?? {}) as Record<string, unknown>)
      else asked?.reject(packet.data as ErrorBody)
      return
    }
    const push = packet as Push
    if (push.type === 'progress') return waiting.get(Number(packet.id))?.progress?.(push.data)
    if (push.type === 'notice') return sink.notice(push.data.level, push.data.message)
    if (push.type === 'terminal') return terminal(push.data.terminal, (ear) => ear.push(push.data as TerminalPush))
    const sub = packet.sub ?? 0
    const subscription = bySub.get(sub)
    if (subscription !== undefined) sink.push(subscription, push)
    else if (unanswered > 0 && early.length < EARLY_PUSHES) early.push({ sub, push })
  }

  socket.onclose = ({ code, reason }) => lose(failureOf(code, reason))

  function call(type: string, data: object, progress: (push: Progress) => void): Promise<unknown> {
    return ask(type, data, progress).catch((error: ErrorBody) => Promise.reject(new HubError(error)))
  }

  return { kind: 'websocket', wire, watch, unwatch, call, ping, close }
}

/** What a close code asks of the client. */
export function failureOf(code: number, reason: string): Failure {
  const said = reason === '' ? `code ${code}` : reason
  if (code === 4401) return { kind: 'unauthenticated', reason: t.connection.broken.session(said) }
  if (code === 4403 || code === 1008 || code === 1009) {
    return { kind: 'refused', reason: t.connection.broken.refused(said) }
  }
  if (code === 4001) return { kind: 'away', reason: t.connection.broken.draining(said) }
  if (code === 4002) return { kind: 'away', reason: t.connection.broken.unheard(said) }
  if (code === 4003) return { kind: 'away', reason: t.connection.broken.full(said) }
  return { kind: 'unreachable', reason: t.connection.broken.brokenSocket }
}
