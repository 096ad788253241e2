import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Hub, type Status } from '../src/hub'
import type { Push } from '../src/protocol'
import { FakeNetwork, FakeSocket, pass, settle } from './fakes'

let network: FakeNetwork
let statuses: Status[]
let hub: Hub
let loggedOut: number

const status = () => statuses.at(-1)
const event = (position: string, sub?: number) => ({
  type: 'event',
  position,
  ...(sub === undefined ? {} : { sub }),
  data: { host: 'a', type: 'container', action: 'start', actor_id: 'x', actor_name: 'web', timestamp: 1, attrs: {} },
})
const seen = (pushes: Push[]) => pushes.map((push) => ('position' in push ? push.position : push.type))

function listen(topic: string, filters: Record<string, string[]> = {}, since?: string) {
  const pushes: Push[] = []
  const end = hub.subscribe(topic, filters, { push: (push) => pushes.push(push) }, since)
  return { pushes, end }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('location', new URL('http://hub.test/'))
  vi.stubGlobal('WebSocket', FakeSocket)
  network = new FakeNetwork()
  vi.stubGlobal('fetch', network.fetch)
  FakeSocket.all = []
  statuses = []
  loggedOut = 0
  hub = new Hub({
    status: (status) => statuses.push(status),
    notice: () => undefined,
    unauthenticated: () => loggedOut++,
  })
})
afterEach(() => {
  hub.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A hub to which neither WebSockets nor, perhaps, streams get through. */
async function fallToStream() {
  hub.start()
  await FakeSocket.last.fall(1006)
}
async function fallToPolling() {
  await fallToStream()
  await network.last('/stream').json({}, 502)
}

describe('WebSocket', () => {
  test('is proven by a ping before it counts', async () => {
    hub.start()
    FakeSocket.last.onopen?.()
    await settle()
    expect(status()?.transport).toBeNull()
    await FakeSocket.last.pong()
    expect(status()?.transport).toBe('websocket')
    expect(FakeSocket.last.url.href).toBe('ws://hub.test/ws')
  })

  test('measures the delay every 15 s', async () => {
    hub.start()
    await FakeSocket.last.accept()
    const pings = () => FakeSocket.last.sent.filter(({ type }) => type === 'ping').length
    const before = pings()
    await FakeSocket.last.pong()
    await pass(15_000)
    expect(pings()).toBe(before + 1)
    await pass(40)
    await FakeSocket.last.pong()
    expect(status()?.delay).toBe(40)
  })

  test('delivers what came before the reply that names the subscription', async () => {
    const { pushes } = listen('hosts')
    hub.start()
    await FakeSocket.last.accept()
    FakeSocket.last.tell({ type: 'change', sub: 7, data: { topic: 'hosts', version: 1, snapshot: [] } })
    await FakeSocket.last.agree('hosts', 7, { version: 0 })
    expect(pushes).toHaveLength(1)
  })
})

describe('subscriptions', () => {
  test('of equal topic and filters are shared, and end with their last listener', async () => {
    hub.start()
    await FakeSocket.last.accept()
    const first = listen('events', { host: ['a'], type: [] })
    const second = listen('events', { host: ['a'] })
    await FakeSocket.last.agree('events', 1, { position: '010' })
    expect(FakeSocket.last.subscribed('events')).toHaveLength(1)
    FakeSocket.last.tell(event('011', 1))
    expect([seen(first.pushes), seen(second.pushes)]).toEqual([['011'], ['011']])
    first.end()
    expect(FakeSocket.last.sent.some(({ type }) => type === 'unsubscribe')).toBe(false)
    second.end()
    second.end()
    const ends = FakeSocket.last.sent.filter(({ type }) => type === 'unsubscribe')
    expect(ends.map(({ data }) => data)).toEqual([{ sub: 1 }])
  })

  test('of a state topic begin with a snapshot for one who joins later', async () => {
    listen('hosts')
    hub.start()
    await FakeSocket.last.accept()
    await FakeSocket.last.agree('hosts', 1)
    const late = listen('hosts')
    await FakeSocket.last.agree('hosts', 2)
    FakeSocket.last.tell({ type: 'change', sub: 2, data: { topic: 'hosts', version: 1, snapshot: [] } })
    expect(late.pushes).toHaveLength(1)
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'unsubscribe')).toHaveLength(1)
  })

  test('that ended before their reply are ended at the hub', async () => {
    hub.start()
    await FakeSocket.last.accept()
    listen('hosts').end()
    await FakeSocket.last.agree('hosts', 4)
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: 'unsubscribe', data: { sub: 4 } })
  })

  test('that the hub refuses are told so', async () => {
    const rejected = vi.fn()
    hub.subscribe('events', { label: ['='] }, { push: () => undefined, rejected })
    hub.start()
    await FakeSocket.last.accept()
    const { id } = FakeSocket.last.subscribed('events')[0] ?? { id: 0 }
    FakeSocket.last.tell({ type: 'error', id, data: { code: 'invalid', message: 'label' } })
    await settle()
    expect(rejected).toHaveBeenCalledWith({ code: 'invalid', message: 'label' })
  })
})

describe('resuming', () => {
  test('begins with the time asked for, then after the last event, and drops what was seen', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { pushes } = listen('events', {}, '2026-01-01T00:00:00Z')
    hub.start()
    await FakeSocket.last.accept()
    expect(FakeSocket.last.subscribed('events')[0]?.data['since']).toBe('2026-01-01T00:00:00Z')
    // The head of the log is not where this subscription stands: what lies between is still to come.
    await FakeSocket.last.agree('events', 1, { position: '099' })
    FakeSocket.last.tell(event('011', 1))
    FakeSocket.last.tell(event('012', 1))
    await FakeSocket.last.fall(4001, 'draining')
    await pass(500)
    await FakeSocket.last.accept()
    expect(FakeSocket.last.subscribed('events')[0]?.data['since']).toBe('012')
    await FakeSocket.last.agree('events', 1, { position: '012' })
    FakeSocket.last.tell(event('012', 1))
    FakeSocket.last.tell(event('013', 1))
    expect(seen(pushes)).toEqual(['011', '012', '013'])
  })

  test('of a quiet log begins where the hub said it stood', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    listen('events')
    hub.start()
    await FakeSocket.last.accept()
    await FakeSocket.last.agree('events', 1, { position: '050' })
    await FakeSocket.last.fall(1006)
    await pass(500)
    await FakeSocket.last.accept()
    expect(FakeSocket.last.subscribed('events')[0]?.data['since']).toBe('050')
  })

  test('goes on over SSE from the last position, and over polling from the keep-alive', async () => {
    const { pushes } = listen('events')
    hub.start()
    await FakeSocket.last.accept()
    await FakeSocket.last.agree('events', 1, { position: '010' })
    FakeSocket.last.tell(event('011', 1))
    await pass(15_000)
    await pass(10_000)
    expect(network.last('/stream').url.searchParams.get('since')).toBe('011')
    await network.last('/stream').stream(': hello\nretry: 4000\nid: 011\n\n')
    await network.last('/stream').write(`event: event\ndata: ${JSON.stringify(event('012'))}\nid: 012\n\n`)
    await network.last('/stream').write(': quiet\nid: 020\n\n')
    await pass(35_000)
    expect(network.last('/poll').url.searchParams.get('since')).toBe('020')
    expect(seen(pushes)).toEqual(['011', '012'])
  })
})

describe('falling back', () => {
  test('a socket that does not open leads to SSE, whose first block proves it', async () => {
    listen('hosts')
    hub.start()
    await pass(8_000)
    expect(FakeSocket.last.closed).toBe(true)
    expect(status()?.transport).toBeNull()
    await network.last('/stream').stream(': hello\nretry: 4000\n\n')
    expect(status()?.transport).toBe('sse')
    expect(status()?.reason).toMatch(/did not open/)
  })

  test('a socket that opens and passes nothing on leads to SSE', async () => {
    listen('hosts')
    hub.start()
    FakeSocket.last.onopen?.()
    await pass(10_000)
    expect(network.to('/stream')).toHaveLength(1)
  })

  test('a stream that is buffered leads to polling, which delivers', async () => {
    const { pushes } = listen('containers')
    await fallToStream()
    await pass(8_000)
    expect(network.last('/stream').aborted).toBe(true)
    const change = { type: 'change', data: { topic: 'containers', version: 1, snapshot: [] } }
    await network.last('/poll').json({ pushes: [change], next: 'n1' })
    expect(status()?.transport).toBe('polling')
    expect(pushes).toHaveLength(1)
    expect(network.last('/poll').url.search).toBe('?topic=containers&since=n1&wait=25')
  })

  test('each topic is polled for on its own', async () => {
    for (const topic of ['hosts', 'containers', 'events']) listen(topic)
    await fallToPolling()
    const topics = network.to('/poll').map(({ url }) => url.searchParams.getAll('topic').join())
    expect(topics.sort()).toEqual(['containers', 'events', 'hosts'])
  })

  test('missing keep-alives end a stream', async () => {
    listen('hosts')
    await fallToStream()
    await network.last('/stream').stream(': hello\n\n')
    await pass(30_000)
    await network.last('/stream').write(': still here\n\n')
    await pass(34_000)
    expect(status()?.transport).toBe('sse')
    await pass(1_000)
    expect(status()?.transport).toBeNull()
    expect(network.to('/poll')).toHaveLength(1)
  })

  test('who subscribes or leaves while a stream is opening is heard, and not kept', async () => {
    listen('containers')
    const left = listen('hosts')
    await fallToStream()
    listen('events')
    left.end()
    await network.last('/stream').stream(': hello\n\n')
    await pass(1_000)
    const topics = network.to('/stream').filter(({ aborted }) => !aborted).flatMap(({ url }) => url.searchParams.getAll('topic'))
    expect(topics).toContain('events')
    expect(topics.filter((topic) => topic === 'containers')).toHaveLength(1)
  })

  test('a stream that comes in pieces long after it was sent leads to polling', async () => {
    listen('stats')
    await fallToStream()
    const stats = (time: string) => `event: stats\ndata: ${JSON.stringify({ type: 'stats', data: { items: [{ host: 'a', id: 'x', time }] } })}\n\n`
    const request = network.last('/stream')
    await request.stream(`: hello\nretry: 2000\n\n${stats('2026-01-01T00:00:00Z')}${stats('2026-01-01T00:00:30Z')}`)
    expect(status()?.transport).toBe('sse')
    await request.write(stats('2026-01-01T00:00:40Z'))
    await request.write(stats('2026-01-01T00:00:50Z'))
    expect(network.to('/poll')).toHaveLength(0)
    await request.write(stats('2026-01-01T00:01:00Z') + stats('2026-01-01T00:01:10Z'))
    expect(network.to('/poll')).toHaveLength(1)
  })

  test('a stream whose blocks are cut, and their rests late, leads to polling, and is not tried again soon', async () => {
    listen('stats')
    await fallToStream()
    const request = network.last('/stream')
    const block = (i: number) => `event: stats\ndata: {"type":"stats","data":{"items":[{"host":"a","id":"x${i}"}]}}\n\n`
    const [head, rest] = [block(1).slice(0, 40), block(1).slice(40)]
    await request.stream(`: hello\nretry: 2000\n\n${head}`)
    // A network that halts twice, and one that is slow: no buffer.
    await pass(3_000)
    await request.write(rest + head)
    await pass(3_000)
    await request.write(rest)
    for (let i = 0; i < 5; i++) {
      await pass(3_000)
      await request.write(head)
      await pass(1_900)
      await request.write(rest.slice(0, 10))
      await pass(1_900)
      await request.write(rest.slice(10))
    }
    expect(status()?.transport).toBe('sse')
    await request.write(head)
    for (let i = 0; i < 2; i++) {
      await pass(2_000)
      await request.write(rest + block(2) + head)
    }
    expect(status()?.transport).toBe('sse')
    await pass(2_000)
    await request.write(rest + head)
    expect(request.aborted).toBe(true)
    expect(status()?.reason).toMatch(/held back/)
    await network.last('/poll').json({ pushes: [], next: 'n' })
    expect(status()?.transport).toBe('polling')
    const streams = network.to('/stream').length
    const sockets = FakeSocket.all.length
    for (let passed = 0; passed < 595_000; passed += 5_000) {
      await pass(5_000)
      if (!FakeSocket.last.closed) await FakeSocket.last.fall(1006)
      if (network.to('/poll').length > 0) await network.last('/poll').json({ pushes: [], next: 'n' })
    }
    expect(FakeSocket.all.length).toBeGreaterThan(sockets + 1)
    expect(network.to('/stream').length).toBe(streams)
  })

  test('more logs than a browser opens streams are polled for in turn', async () => {
    for (let i = 0; i < 6; i++) listen('logs', { host: ['a'], container: [String(i)] }, '2026-01-01T00:00:00Z')
    await fallToStream()
    const polls = network.to('/poll')
    expect(polls).toHaveLength(4)
    await polls[0]?.json({ pushes: [], next: 'n' })
    expect(status()?.transport).toBe('polling')
    expect(network.to('/poll')).toHaveLength(5)
    await polls[1]?.json({ pushes: [], next: 'n' })
    await polls[2]?.json({ pushes: [], next: 'n' })
    const asked = network.to('/poll').map(({ url }) => `${url.searchParams.get('container')} ${url.searchParams.get('wait')}`)
    expect(new Set(asked)).toEqual(new Set(['0 0', '1 0', '2 0', '3 0', '4 0', '5 0']))
  })

  test('what broke off comes back by the same way, and the better is tried beside it', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    listen('hosts')
    await fallToStream()
    await network.last('/stream').stream(': hello\n\n')
    await network.last('/stream').end()
    const sockets = FakeSocket.all.length
    await pass(1_000)
    await network.last('/stream').stream(': hello\n\n')
    expect(status()?.transport).toBe('sse')
    expect(FakeSocket.all.length).toBe(sockets)
    await pass(30_000)
    expect(FakeSocket.all.length).toBe(sockets + 1)
  })

  test('state topics share one stream, a log has its own', async () => {
    listen('hosts')
    listen('containers')
    listen('events', { type: ['container', 'host'] })
    await fallToStream()
    const queries = network.to('/stream').map(({ url }) => url.search)
    expect(queries).toEqual(['?topic=hosts&topic=containers', '?topic=events&type=container&type=host'])
  })

  test('a better transport is tried beside the one in use, and taken without a break', async () => {
    const { pushes } = listen('events')
    await fallToStream()
    await network.last('/stream').stream(': hello\nid: 010\n\n')
    await pass(30_000)
    await network.last('/stream').write(`data: ${JSON.stringify(event('011'))}\nid: 011\n\n`)
    expect(status()?.transport).toBe('sse')
    await FakeSocket.last.accept()
    expect(status()?.transport).toBe('websocket')
    expect(network.last('/stream').aborted).toBe(true)
    expect(FakeSocket.last.subscribed('events')[0]?.data['since']).toBe('011')
    expect(statuses.filter(({ transport }) => transport === null).every(({ since }) => since <= (status()?.since ?? 0))).toBe(true)
    expect(seen(pushes)).toEqual(['011'])
  })

  test('a better transport that fails again is tried ever more rarely, and the next best too', async () => {
    listen('hosts')
    await fallToPolling()
    await network.last('/poll').json({ pushes: [], next: 'n' })
    expect(status()?.transport).toBe('polling')
    for (const wait of [30_000, 60_000, 120_000]) {
      const sockets = FakeSocket.all.length
      const streams = network.to('/stream').length
      await pass(wait - 1)
      expect(FakeSocket.all.length).toBe(sockets)
      await pass(1)
      expect(FakeSocket.all.length).toBe(sockets + 1)
      await FakeSocket.last.fall(1006)
      expect(network.to('/stream').length).toBe(streams + 1)
      await network.last('/stream').refuse()
      await network.last('/poll').json({ pushes: [], next: 'n' })
      expect(status()?.transport).toBe('polling')
    }
  })
})

describe('coming back', () => {
  test('when nothing answers it waits with jitter, longer each time, and starts with the best again', async () => {
    network.down = true
    vi.spyOn(Math, 'random').mockReturnValue(1)
    hub.start()
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      await FakeSocket.last.fall(1006)
      const wait = (status()?.nextTry ?? 0) - Date.now()
      waits.push(wait)
      const sockets = FakeSocket.all.length
      await pass(wait - 1)
      expect(FakeSocket.all.length).toBe(sockets)
      await pass(1)
      expect(FakeSocket.all.length).toBe(sockets + 1)
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
  })

  test.each([4001, 4002, 4003])('after %i it comes back between 0.5 and 20 s', async (code) => {
    for (const [random, wait] of [[0, 500], [1, 20_000]] as const) {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      hub.stop()
      hub.start()
      await FakeSocket.last.accept()
      await FakeSocket.last.fall(code)
      expect((status()?.nextTry ?? 0) - Date.now()).toBe(wait)
    }
  })

  test.each([4403, 1008, 1009])('after %i it stays away', async (code) => {
    hub.start()
    await FakeSocket.last.accept()
    await FakeSocket.last.fall(code)
    expect(status()).toMatchObject({ transport: null, nextTry: null })
    const sockets = FakeSocket.all.length
    await pass(120_000)
    expect(FakeSocket.all.length).toBe(sockets)
    expect(hub.trying).toBe(false)
  })

  test('after 4401 it asks for another session, and resumes after start', async () => {
    const { pushes } = listen('events')
    hub.start()
    await FakeSocket.last.accept()
    await FakeSocket.last.agree('events', 1, { position: '010' })
    FakeSocket.last.tell(event('011', 1))
    await FakeSocket.last.fall(4401)
    expect(loggedOut).toBe(1)
    await pass(60_000)
    hub.start()
    await FakeSocket.last.accept()
    expect(FakeSocket.last.subscribed('events')[0]?.data['since']).toBe('011')
    expect(seen(pushes)).toEqual(['011'])
  })

  test('a 401 where the socket hides it ends the session too', async () => {
    listen('hosts')
    await fallToStream()
    await network.last('/stream').json({ type: 'error', data: { code: 'unauthenticated', message: 'expired' } }, 401)
    expect(loggedOut).toBe(1)
    expect(network.to('/poll')).toHaveLength(0)
  })

  test('a stream that the hub ends is taken up again when the hub said', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    listen('hosts')
    await fallToStream()
    await network.last('/stream').stream(': bye\nretry: 15000\n\n')
    await network.last('/stream').end()
    expect((status()?.nextTry ?? 0) - Date.now()).toBe(15_000)
    expect(network.to('/poll')).toHaveLength(0)
  })

  test('at once when somebody asks', async () => {
    network.down = true
    hub.start()
    await FakeSocket.last.fall(1006)
    const sockets = FakeSocket.all.length
    hub.tryNow()
    hub.tryNow()
    expect(FakeSocket.all.length).toBe(sockets + 1)
  })
})

describe('commands', () => {
  test('go by POST with the cookie, and fail in the hub’s words', async () => {
    const answer = hub.send('container', { opt: 'start', host: 'a', container: 'web' })
    const request = network.last('/packet')
    expect(request.init).toMatchObject({ method: 'POST', credentials: 'same-origin' })
    expect(request.body).toMatchObject({ type: 'container', data: { opt: 'start' } })
    const caught = expect(answer).rejects.toMatchObject({ body: { code: 'engine', message: 'no space left' } })
    await request.json({ type: 'error', id: 1, data: { code: 'engine', message: 'no space left' } }, 502)
    await caught
  })

  test('that a proxy answers are not taken for the hub’s', async () => {
    const caught = expect(hub.send('host', { opt: 'list' })).rejects.toMatchObject({ code: 'unavailable' })
    await network.last('/packet').json({ oops: true }, 502)
    await caught
  })
})
