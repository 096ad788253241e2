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
/** Pixels of a scroll in a second: eighty rows. */
const SPEED = 2_500
/** Times a scroll is tried. */
const TURNS = 3
/** Where the page's thread is given less than this of the time that it wants, frames tell of the machine; then it is judged by
 * its share of the time. */
const STARVED = 0.8
const SHARE = 0.5
/** The page may be so much larger after a while than before. */
const LEVEL = 1.2

/** Whether the full time is given, as scripts/test says. */
export const long = Number(process.env.QUAYSIDE_STALL_SECONDS ?? 60) > 60
const MEMORY_SECONDS = long ? 600 : 40

/** About two thousand lines a second. */
const FLOOD = 'while :; do i=0; while [ $i -lt 100 ]; do echo "$i: a request was answered with 200 after 12 ms"; i=$((i+1)); done; usleep 50000; done'

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`

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

class Figures {
  #faults = []

  constructor(browser, visitor, cdp) {
    Object.assign(this, { browser, visitor, cdp })
  }

  /** Traces and tells; what is over a limit fails the test at its end, so that all figures are told. */
  async of(what, work) {
    const found = await traced(this.browser, this.visitor.page, work)
    const percent = (share) => `${(share * 100).toFixed(0)} %`
    console.log(
      `        ${what}: longest script ${found.script.toFixed(1)} ms, longest task ${found.task.toFixed(1)} ms, busy ${percent(found.busy)}, ` +
        `${found.drawn.toFixed(0)} frames a second, room for 55 in ${percent(found.fits)} of ${found.frames} (given ${percent(found.given)})`,
    )
    if (found.script > SCRIPT) this.#faults.push(`${what}: a script took ${found.script.toFixed(1)} ms (${found.scripts.join(', ')})`)
    return found
  }

  /** The same while the wheel turns. What the machine's other programs did to the frames is told from what the page did by doing it again. */
  async ofScrolling(what, distance) {
    for (let turn = 1; ; turn++) {
      const { fits, drawn, given, busy } = await this.of(what, () => this.scroll(distance, SPEED))
      if (drawn >= FRAMES || fits >= FRAMES / 60 || (given < STARVED && busy <= SHARE)) return
      if (turn === TURNS) return this.#faults.push(`${what}: ${drawn.toFixed(0)} frames a second, and room for 55 in only ${(fits * 100).toFixed(0)} %`)
    }
  }

  /** Turns the wheel over what stands in the middle of the page, there and back. */
  async scroll(distance, speed) {
    for (const yDistance of [-distance, distance]) {
      await this.cdp.send('Input.synthesizeScrollGesture', { x: 720, y: 600, yDistance, speed, gestureSourceType: 'mouse' })
    }
  }

  /** What lives after everything else was collected. */
  async memory() {
    await this.cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.cdp.send('Runtime.getHeapUsage')
    const { nodes, jsEventListeners } = await this.cdp.send('Memory.getDOMCounters')
    return { heap: usedSize, nodes, listeners: jsEventListeners }
  }

  settle() {
    assert.deepEqual(this.#faults, [])
  }
}

export const scale = {
  '20 hosts, 1,000 containers and 200 events a second leave the page quick and level': async ({ browser, binary, work, a, b }) => {
    const place = join(work, 'scale')
    const engines = await startEngines(place)
    const hub = new Hub(binary, place, await freePort(), { a: a.address, b: b.address, ...engines.hosts }, {})
    let visitor
    try {
      await hub.start()
      await a.script('web-flood', FLOOD, '--log-opt', 'max-size=8m')
      visitor = await Visitor.come(browser, hub.url)
      const { page } = visitor
      const cdp = await page.context().newCDPSession(page)
      const figures = new Figures(browser, visitor, cdp)
      await visitor.enter('/containers')
      await until('all containers in the table', async () => Number(await page.getByRole('table').getAttribute('aria-rowcount')) > CONTAINERS)
      // Figures of the first sweep.
      await page.locator('.cpu svg polyline').first().waitFor({ timeout: 40_000 })
      const before = { told: engines.told(), at: Date.now() }

      await figures.of('containers, idle', () => wait(5))
      await figures.ofScrolling('containers, scrolling', 8_000)
      await page.mouse.move(720, 600)
      await figures.ofScrolling('containers, scrolling under a pointer', 8_000)
      await page.mouse.move(0, 0)
      await visitor.go('/')
      await page.getByRole('heading', { name: 'What happens now' }).waitFor()
      await figures.of('overview, idle', () => wait(5))
      await visitor.go('/events')
      await page.getByRole('list', { name: 'Events, newest first' }).waitFor()
      await figures.of('events, idle', () => wait(5))
      await figures.ofScrolling('events, scrolling', 6_000)
      await visitor.go(`/containers/a/${await a.id('web-flood')}/logs`)
      await page.getByRole('log').waitFor()
      await figures.of('logs of a flood, following', () => wait(5))
      await figures.ofScrolling('logs of a flood, scrolling', 6_000)
      await a.remove('web-flood')

      await visitor.go('/containers')
      await page.locator('.cpu svg polyline').first().waitFor()
      await wait(5)
      const first = await figures.memory()
      const end = Date.now() + MEMORY_SECONDS * 1000
      while (Date.now() < end) {
        await figures.scroll(4_000, 4_000)
        await wait(5)
        await visitor.go('/events')
        await page.getByRole('list', { name: 'Events, newest first' }).waitFor()
        await wait(5)
        await visitor.go('/')
        await page.getByRole('heading', { name: 'What happens now' }).waitFor()
        await wait(5)
        await visitor.go('/containers')
        await page.locator('.cpu svg polyline').first().waitFor()
      }
      await wait(5)
      const last = await figures.memory()
      const rate = (engines.told() - before.told) / ((Date.now() - before.at) / 1000)
      console.log(
        `        memory: ${mib(first.heap)} at first, ${mib(last.heap)} after ${MEMORY_SECONDS} s; ${first.nodes} and ${last.nodes} nodes, ` +
          `${first.listeners} and ${last.listeners} listeners; ${rate.toFixed(0)} events a second`,
      )
      figures.settle()
      assert.ok(last.heap < first.heap * LEVEL, `the heap grew from ${mib(first.heap)} to ${mib(last.heap)}`)
      assert.ok(last.nodes < first.nodes * LEVEL, `nodes grew from ${first.nodes} to ${last.nodes}`)
      assert.ok(rate > EVENTS * 0.9, `only ${rate.toFixed(0)} events a second`)
      await visitor.leave()
    } finally {
      await hub.end('SIGTERM')
      engines.stop()
    }
  },
}
