// Pushes by SSE, read with fetch: an EventSource hides the keep-alives, the status
// and the end of a stream, which are what tells a quiet hub from a buffering proxy.

import type { Push } from '../protocol'
import { t } from '../texts'
import { Groups, groupQuery, streamKey, topicOf } from './groups'
import { errorBody, parse, post } from './packet'
import { HELD_MOST, OPEN_TIMEOUT, PING_TIMEOUT, isEnd, isLog, type Failure, type Sink, type Subscription, type Transport } from './transport'

/** The hub sends something every 15 s; two that are missing are no accident. */
const SILENCE = 35_000
/** What the hub sent so far apart and yet comes in one piece was held back on the way, in milliseconds. */
const APART = 5_000
/**
 * The hub sends a block as one. What cuts it is a buffer that was full, and when the rest comes this much later, in
 * milliseconds, it waited for the buffer to be full again. A network that halts does so now and then; one buffer after
 * the other is so many times in a row.
 */
const CUT_FOR = 2_000
const CUT_OFTEN = 3

export function openStream(subscriptions: Iterable<Subscription>, sink: Sink): Transport {
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

  function begin(group: ReadonlySet<Subscription>) {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    function expect(within: number) {
      clearTimeout(timer)
      timer = setTimeout(() => lose({ kind: 'silent', reason: t.connection.broken.silentStream }), within)
    }
    expect(OPEN_TIMEOUT)
    if (groups.size > HELD_MOST) {
      // Told later: whoever opens this has to know it first.
      queueMicrotask(() => lose({ kind: 'silent', reason: t.connection.broken.manyStreams }))
    }
    read(group, abort.signal, () => (expect(SILENCE), heard())).then(
      (failure) => (clearTimeout(timer), failure === null || lose(failure)),
      () => {
        clearTimeout(timer)
        if (!abort.signal.aborted) lose({ kind: 'unreachable', reason: t.connection.broken.brokenStream })
      },
    )
    return { stop: () => (clearTimeout(timer), abort.abort()) }
  }

  /** Reads until the end; the value says why it came, null where it had to come. */
  async function read(group: ReadonlySet<Subscription>, signal: AbortSignal, alive: () => void): Promise<Failure | null> {
    const query = groupQuery(group)
    const byTopic = new Map([...group].map((subscription) => [subscription.topic, subscription]))
    const log = [...group].find(({ topic }) => isLog(topic))
    if (log?.since != null) query.set('since', log.since)
    const response = await fetch(`/stream?${query}`, { credentials: 'same-origin', cache: 'no-store', signal })
    const kind = response.headers.get('Content-Type') ?? ''
    if (!response.ok || response.body === null || !kind.startsWith('text/event-stream')) {
      return refusal(response.status, await response.text())
    }
    let retry: number | undefined
    let ended = false
    const pieces = new Pieces()
    const parser = new Blocks((block) => {
      alive()
      if (block.retry !== undefined) retry = block.retry
      const push = block.data === undefined ? null : (parse(block.data) as Push | null)
      // The first and the last block say when to come back, and may lie close together.
      pieces.block(push, block.data === undefined && block.retry === undefined)
      if (push !== null && isEnd(push)) ended = true
      if (push?.type === 'notice') sink.notice(push.data.level, push.data.message)
      const subscription = push === null ? undefined : byTopic.get(topicOf(push) ?? '')
      if (push !== null && subscription !== undefined) sink.push(subscription, push)
      if (block.id !== undefined && log !== undefined) sink.position(log, block.id)
    })
    const decoder = new TextDecoder()
    const body = response.body.getReader()
    for (;;) {
      const { done, value } = await body.read()
      if (signal.aborted || done) break
      pieces.begin()
      parser.feed(decoder.decode(value, { stream: true }))
      pieces.end(parser.within)
      if (pieces.held) return { kind: 'silent', reason: t.connection.broken.heldStream }
    }
    if (ended) return null
    return { kind: 'away', reason: t.connection.broken.endedStream, ...(retry === undefined ? {} : { retry }) }
  }

  const groups = new Groups(streamKey, begin)
  for (const subscription of subscriptions) groups.add(subscription)
  if (groups.size === 0) {
    post('ping', {}, PING_TIMEOUT).then(
      heard,
      () => lose({ kind: 'unreachable', reason: t.connection.broken.unreachable }),
    )
  }
  return {
    kind: 'sse',
    watch: (subscription) => groups.add(subscription),
    unwatch: (subscription) => groups.remove(subscription),
    ping: postedPing,
    close,
  }
}

/** The delay where pushes come by HTTP: a ping there and back. */
export async function postedPing(): Promise<number> {
  const began = performance.now()
  await post('ping', {}, PING_TIMEOUT)
  return performance.now() - began
}

/** What a status other than 200 asks of the client. */
export function refusal(status: number, text: string): Failure {
  const { code, message } = errorBody(parse(text), status)
  if (code === 'unauthenticated') return { kind: 'unauthenticated', reason: message }
  if (code === 'forbidden') return { kind: 'refused', reason: message }
  return { kind: 'unreachable', reason: message }
}

/** Whether a stream comes as it is sent: a proxy that gathers it to fill its buffers is found out by what lies together. */
class Pieces {
  private quiet = 0
  private first = NaN
  private last = NaN
  private snapshot = true
  /** When the piece before was cut within a block; null: it was not. */
  private cutAt: number | null = null
  /** Cuts in a row whose rest came late. */
  private cuts = 0

  /** Another piece is read. */
  begin(): void {
    this.quiet = 0
    this.first = this.last = NaN
    if (this.cutAt !== null && performance.now() - this.cutAt >= CUT_FOR) this.cuts++
  }

  /** It is read; `within`: it ends within a block. */
  end(within: boolean): void {
    this.cutAt = within ? performance.now() : null
    if (!within) this.cuts = 0
  }

  /** A block in it; `quiet`: sent only because nothing else was. */
  block(push: Push | null, quiet: boolean): void {
    if (quiet) this.quiet++
    if (push?.type !== 'stats') return
    // The first is what was known when the stream began, of any age.
    if (this.snapshot) this.snapshot = false
    else {
      this.last = Math.max(...push.data.items.map(({ time }) => Date.parse(time)))
      if (Number.isNaN(this.first)) this.first = this.last
    }
  }

  get held(): boolean {
    return this.quiet > 1 || this.last - this.first >= APART || this.cuts >= CUT_OFTEN
  }
}

interface Block {
  id?: string
  data?: string
  retry?: number
}

/** Cuts a stream of text into the blocks of SSE; a block of comments alone is told too. */
export class Blocks {
  private rest = ''
  private block: Block = {}
  private any = false

  constructor(private readonly told: (block: Block) => void) {}

  /** What was fed last ended within a block. */
  get within(): boolean {
    return this.any || this.rest !== ''
  }

  feed(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.line(line)
  }

  private line(line: string): void {
    if (line === '') {
      if (this.any) this.told(this.block)
      this.block = {}
      this.any = false
      return
    }
    this.any = true
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'id') this.block.id = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.block.retry = Number(value)
    else if (name === 'data') this.block.data = this.block.data === undefined ? value : `${this.block.data}\n${value}`
  }
}
