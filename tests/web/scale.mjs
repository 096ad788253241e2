// The page with many hosts, containers and events: what its scripts take, how it scrolls, what it keeps.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Visitor } from './browser.mjs'
import { Hub, freePort } from './hub.mjs'
import { traced } from './trace.mjs'
import { until } from './wait.mjs'

/** Beside the two real ones. */
const SCRIPTED = 18
const CONTAINERS = 1_000
const EVENTS = 200
/** The most one script may take of its thread, in milliseconds. */
const SCRIPT = 50
/** Frames a second that must be drawn, or of sixty must have room. */
const FRAMES = 55
/** Pixels of a scroll in a second: a wheel that is turned briskly, forty rows. */
const SPEED = 1_200
/** Times a scroll is tried. */
const TURNS = 3
/** Where the page's thread is given less than this share of the time that it wants, each of its few frames draws what is due for
 * several, and fewer of them can have room. */
const STARVED = 0.6
const LESS = 0.75
/** The page may be so much larger after a while than before. */
const LEVEL = 1.2

/** Whether the full time is given, as scripts/test says. */
export const long = Number(process.env.QUAYSIDE_STALL_SECONDS ?? 60) > 60
const MEMORY_SECONDS = long ? 600 : 40

/** About two thousand lines a second. */
const FLOOD = 'while :; do i=0; while [ $i -lt 100 ]; do echo "$i: a request was answered with 200 after 12 ms"; i=$((i+1)); done; usleep 50000; done'

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`
const percent = (share) => `${(share * 100).toFixed(0)} %`

/** Starts the scripted engines; how many events there were so far is told by `told`. */
async function startEngines(directory) {
  mkdirSync(directory, { recursive: true })
  const script = fileURLToPath(new URL('./scripted.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, directory, SCRIPTED, CONTAINERS, EVENTS].map(String), { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  let told = 0
  lines.on('line', (line) => (told = Number(line) || told))
  await once(lines, 'line')
  const names = Array.from({ length: SCRIPTED }, (_, i) => `s${String(i + 1).padStart(2, '0')}`)
  return {
    hosts: Object.fromEntries(names.map((name) => [name, `unix://${join(directory, name)}.sock`])),
    told: () => told,
    stop: () => child.kill(),
  }
}

/** Somebody before the table of a hub with all of it, once the first figures have come. */
async function withFleet({ browser, binary, work, a, b }, test) {
  const place = join(work, `scale-${Date.now()}`)
  const engines = await startEngines(place)
  const hub = new Hub(binary, place, await freePort(), { a: a.address, b: b.address, ...engines.hosts }, {})
  try {
    await hub.start()
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    const table = visitor.page.getByRole('table')
    await until('all containers in the table', async () => Number(await table.getAttribute('aria-rowcount')) > CONTAINERS)
    await visitor.page.locator('.cpu svg polyline').first().waitFor({ state: 'attached', timeout: 40_000 })
    const before = { told: engines.told(), at: Date.now() }
    await test(visitor, await visitor.context.newCDPSession(visitor.page))
    const rate = (engines.told() - before.told) / ((Date.now() - before.at) / 1000)
    assert.ok(rate > EVENTS * 0.9, `only ${rate.toFixed(0)} events a second`)
    await visitor.leave()
  } finally {
    await hub.end('SIGTERM')
    engines.stop()
  }
}

const SCREENS = {
  '/containers': (page) => page.locator('.cpu svg polyline').first(),
  '/events': (page) => page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem').first(),
  '/': (page) => page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem').first(),
}

async function show(visitor, address) {
  await visitor.go(address)
  // A course that is level has no height, and is not taken for visible.
  await SCREENS[address](visitor.page).waitFor({ state: 'attached' })
}

/** Turns the wheel over what stands in the middle of the page, there and back. */
async function scroll(cdp, distance, speed) {
  for (const yDistance of [-distance, distance]) {
    await cdp.send('Input.synthesizeScrollGesture', { x: 720, y: 600, yDistance, speed, gestureSourceType: 'mouse' })
  }
}

class Figures {
  #faults = []

  constructor(browser, visitor, cdp) {
    Object.assign(this, { browser, visitor, cdp })
  }

  /** Traces and tells; what is over a limit fails the test at its end, so that all figures are told. */
  async of(what, work) {
    const found = await traced(this.browser, this.visitor.page, work)
    const { script, scripts, task, busy, given, fits, frames, drawn } = found
    console.log(
      `        ${what}: longest script ${script.toFixed(1)} ms, longest task ${task.toFixed(1)} ms, busy ${percent(busy)} (given ${percent(given)} of its time), ` +
        `${drawn.toFixed(0)} frames a second, room for 55 in ${percent(fits)} of ${frames}`,
    )
    if (script > SCRIPT) this.#faults.push(`${what}: a script took ${script.toFixed(1)} ms (${scripts.join(', ')})`)
    return found
  }

  async ofScrolling(what, distance) {
    for (let turn = 1; ; turn++) {
      const { fits, drawn, given } = await this.of(what, () => scroll(this.cdp, distance, SPEED))
      if (drawn >= FRAMES || fits >= (given < STARVED ? LESS : FRAMES / 60)) return
      if (turn === TURNS) return this.#faults.push(`${what}: ${drawn.toFixed(0)} frames a second, room for 55 in ${percent(fits)}`)
    }
  }

  settle() {
    assert.deepEqual(this.#faults, [])
  }
}

/** What lives after everything else was collected. */
async function memory(cdp) {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters')
  return { heap: usedSize, nodes, listeners: jsEventListeners }
}

export const scale = {
  '20 hosts, 1,000 containers and 200 events a second leave the page quick': async (context) => {
    await withFleet(context, async (visitor, cdp) => {
      const figures = new Figures(context.browser, visitor, cdp)
      const { page } = visitor
      await figures.of('containers, idle', () => wait(5))
      // As one scrolls: with the pointer over the rows, which then stand still.
      await page.mouse.move(720, 600)
      await figures.ofScrolling('containers, scrolling', 4_000)
      await page.mouse.move(0, 0)
      await show(visitor, '/')
      await figures.of('overview, idle', () => wait(5))
      await show(visitor, '/events')
      await figures.of('events, idle', () => wait(5))
      await figures.ofScrolling('events, scrolling', 4_000)
      await context.a.script('web-flood', FLOOD, '--log-opt', 'max-size=8m')
      await visitor.go(`/containers/a/${await context.a.id('web-flood')}/logs`)
      await page.getByRole('log').waitFor()
      await figures.of('logs of a flood, following', () => wait(5))
      await figures.ofScrolling('logs of a flood, scrolling', 4_000)
      figures.settle()
    })
  },

  '20 hosts, 1,000 containers and 200 events a second leave the memory level': async (context) => {
    await withFleet(context, async (visitor, cdp) => {
      const tour = async () => {
        for (const address of ['/events', '/', '/containers']) {
          await show(visitor, address)
          await wait(4)
        }
        await scroll(cdp, 4_000, 4_000)
      }
      // Once around first: what is made once stays.
      await tour()
      const first = await memory(cdp)
      const began = Date.now()
      while (Date.now() - began < MEMORY_SECONDS * 1000) await tour()
      const last = await memory(cdp)
      const after = ((Date.now() - began) / 1000).toFixed(0)
      console.log(
        `        memory: ${mib(first.heap)}, ${first.nodes} nodes and ${first.listeners} listeners; ` +
          `after ${after} s ${mib(last.heap)}, ${last.nodes} nodes and ${last.listeners} listeners`,
      )
      for (const name of ['heap', 'nodes', 'listeners']) {
        assert.ok(last[name] < first[name] * LEVEL, `${name}: ${last[name]} after ${after} s, ${first[name]} before`)
      }
    })
  },
}
