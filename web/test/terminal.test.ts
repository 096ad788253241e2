import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Hub, type Stage } from '../src/hub'
import { words } from '../src/screens/terminal/command'
import { examine, oneLine, worthAsking } from '../src/screens/terminal/paste'
import { FakeNetwork, FakeSocket, pass, settle } from './fakes'

const WISH = { host: 'a', container: 'web', cmd: null, user: null, attach: false }
const OPENED = { terminal: 1, session: 's', cmd: ['/bin/sh'] }

let hub: Hub

/** A screen that draws at once, unless it is told to wait. */
class FakeScreen {
  text = ''
  stages: Stage[] = []
  unsent = 0
  waiting: (() => void)[] | null = null
  stage = (stage: Stage) => void this.stages.push(stage)
  joined = () => undefined
  window = () => undefined
  viewers = () => undefined
  redraw = (text: string) => void (this.text = text)
  output = (bytes: Uint8Array, drawn: () => void) => {
    this.text += new TextDecoder().decode(bytes)
    if (this.waiting === null) drawn()
    else this.waiting.push(drawn)
  }
  get at() {
    return this.stages.at(-1)?.at
  }
}

async function opened() {
  const screen = new FakeScreen()
  hub.start()
  await FakeSocket.last.accept()
  const line = hub.terminal(WISH, { cols: 80, rows: 24 }, { ...screen, unsent: (n) => void (screen.unsent = n) })
  screen.stages = []
  return { screen, line }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  vi.stubGlobal('location', new URL('http://hub.test/'))
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.stubGlobal('fetch', new FakeNetwork().fetch)
  FakeSocket.all = []
  hub = new Hub({ status: () => undefined, notice: () => undefined, unauthenticated: () => undefined })
})
afterEach(() => {
  hub.stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a terminal', () => {
  test('is opened with its size, and hears what came before the reply was read', async () => {
    const { screen } = await opened()
    expect(FakeSocket.last.asked('open')[0]?.data).toMatchObject({ ...WISH, cols: 80, rows: 24 })
    FakeSocket.last.output(1, 0, 'early ')
    await FakeSocket.last.answer('open', OPENED)
    FakeSocket.last.output(1, 6, 'late')
    FakeSocket.last.output(2, 0, 'of another')
    expect(screen.text).toBe('early late')
  })

  test('acknowledges what is drawn, in large steps at once and the rest when it is quiet', async () => {
    const { screen } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    const acks = () => FakeSocket.last.asked('ack').map(({ data }) => data['offset'])
    screen.waiting = []
    FakeSocket.last.output(1, 0, 'x'.repeat(40_000))
    await pass(1_000)
    expect(acks()).toEqual([])
    screen.waiting.forEach((drawn) => drawn())
    expect(acks()).toEqual([40_000])
    screen.waiting = null
    FakeSocket.last.output(1, 40_000, 'y')
    expect(acks()).toEqual([40_000])
    await pass(250)
    expect(acks()).toEqual([40_000, 40_001])
  })

  test('goes on after a break with what it has, and draws nothing twice', async () => {
    const { screen } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    FakeSocket.last.output(1, 0, 'one ')
    await FakeSocket.last.fall(1006)
    expect(screen.at).toBe('waiting')
    await pass(2_500)
    await FakeSocket.last.accept()
    expect(FakeSocket.last.asked('attach')[0]?.data).toMatchObject({ session: 's', offset: 4, cols: 80, rows: 24, readonly: false })
    await FakeSocket.last.answer('attach', { ...OPENED, terminal: 7, cols: 80, rows: 24, offset: 4, redraw: null })
    FakeSocket.last.output(7, 2, 'e two')
    expect([screen.text, screen.at]).toEqual(['one two', 'live'])
  })

  test('too far behind takes the redraw and goes on from its offset', async () => {
    const { screen } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    FakeSocket.last.output(1, 0, 'old')
    FakeSocket.last.tell({ type: 'terminal', data: { opt: 'redraw', terminal: 1, offset: 900, text: 'screen ' } })
    FakeSocket.last.output(1, 900, 'new')
    expect(screen.text).toBe('screen new')
  })

  test('types short input as a frame, and long input as fast as it is taken', async () => {
    const { line } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    line.input('ls\r')
    expect([...(FakeSocket.last.frames[0] ?? [])]).toEqual([0, 0, 0, 0, 1, 108, 115, 13])
    line.input('p'.repeat(20_000))
    line.input('typed meanwhile')
    const parts = () => FakeSocket.last.asked('input').map(({ data }) => String(data['text']))
    expect(parts()).toHaveLength(1)
    FakeSocket.last.tell({ type: 'error', id: FakeSocket.last.asked('input').at(-1)?.id, data: { code: 'limited', message: 'full' } })
    await pass(200)
    expect(parts()).toHaveLength(2)
    for (let i = 0; i < 4; i++) await FakeSocket.last.answer('input', {})
    expect(parts().slice(1).join('')).toBe(`${'p'.repeat(20_000)}typed meanwhile`)
    expect(FakeSocket.last.frames).toHaveLength(1)
  })

  test('lets Ctrl-C through before long input, of which the rest is not sent', async () => {
    const { line } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    line.input('p'.repeat(50_000))
    line.input('\x03')
    expect(FakeSocket.last.frames.at(-1)?.at(-1)).toBe(3)
    await FakeSocket.last.answer('input', {})
    expect(FakeSocket.last.asked('input')).toHaveLength(1)
  })

  test('says what of a paste may be lost with the connection', async () => {
    const { screen, line } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    line.input('p'.repeat(10_000))
    await FakeSocket.last.fall(1006)
    expect(screen.unsent).toBe(10_000)
  })

  test('that was left while the hub was asked is closed there', async () => {
    const { line } = await opened()
    void line.close()
    await FakeSocket.last.answer('open', OPENED)
    expect(FakeSocket.last.asked('close')[0]?.data).toMatchObject({ terminal: 1 })
  })

  test('that ended is not joined again', async () => {
    const { screen } = await opened()
    await FakeSocket.last.answer('open', OPENED)
    FakeSocket.last.tell({ type: 'terminal', data: { opt: 'exit', terminal: 1, code: 127 } })
    expect(screen.stages.at(-1)).toEqual({ at: 'ended', code: 127, reason: null })
    await FakeSocket.last.fall(1006)
    await pass(2_500)
    await FakeSocket.last.accept()
    await settle()
    expect(FakeSocket.last.asked('attach')).toHaveLength(0)
    expect(screen.at).toBe('ended')
  })
})

describe('a paste', () => {
  test('of one line is not asked about, of several it is, and of an Enter at its end', () => {
    expect(worthAsking(examine('ls -la'))).toBe(false)
    expect(worthAsking(examine('ls\r\nrm'))).toBe(true)
    expect(worthAsking(examine('rm -r x\n'))).toBe(true)
    expect(examine('a\r\nb\rc\n')).toMatchObject({ text: 'a\nb\nc\n', lines: 3, control: false })
    expect(oneLine('a \\\n  b\n')).toBe('a \\ b')
  })

  test('cannot end its own brackets', () => {
    const paste = examine('x\x1b[201~rm -r x\x7f')
    expect(paste.text).toBe('x\u241b[201~rm -r x\u2421')
    expect(paste.control).toBe(true)
  })
})

test('a command is cut into words', () => {
  expect(words(`sh -c "echo 'a b' \\"c\\"" '' x\\ y`)).toEqual(['sh', '-c', `echo 'a b' "c"`, '', 'x y'])
})
