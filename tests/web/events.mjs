// The screen of events over a log that nobody could read whole: what is there at once, what the hub counts, and the way
// back to the beginning.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { Visitor } from './browser.mjs'
import { Hub, freePort } from './hub.mjs'
import { until } from './wait.mjs'

/** More than the hub counts in one answer. */
const EVENTS = 60_000
/** Of six days, so that retention takes none of it. */
const SPAN = 6 * 86_400_000
/** Rows that the page keeps. */
const KEPT = 5_000
/** Milliseconds, from an address that is typed into a page that is open, to the first rows. */
const SOON = 2_000
/** The page may be so much larger, in bytes, when it has read all of it. */
const GROWN = 24 << 20
/** Milliseconds of a bar over seven days. */
const BAR = 10_080_000

const id = (n) => String(n % 97).padStart(64, 'ab')

/** The nth event, and how a count sees it. */
function happened(n) {
  const [action, exitCode] = [['start'], ['die', '0'], ['exec_start: /bin/check'], ['die', '3'], ['kill']][n % 5]
  const attrs = { name: `n-${n}`, image: 'busybox:latest', 'com.docker.compose.project': 'shop', ...(exitCode ? { exitCode } : {}) }
  const rare = n % 20_000 === 7
  const failure = rare || exitCode === '3' || action === 'kill'
  return { action: rare ? 'oom' : action, attrs, rare, failure }
}

/** A log in a data directory of its own, as one restores it. */
async function restore(binary, place) {
  mkdirSync(place, { recursive: true })
  const file = join(place, 'log.jsonl')
  const out = createWriteStream(file)
  const line = (value) => out.write(`${JSON.stringify(value)}\n`)
  const hex = (n) => n.toString(16).padStart(16, '0')
  const began = Date.now() - SPAN
  const told = []
  line({ store: { format: 1, generation: 1, id: 'of-the-test', revision: 1 } })
  let previous = hex(0n)
  for (let n = 0; n < EVENTS; n++) {
    const ms = began + Math.floor((n * SPAN) / EVENTS)
    const position = hex(BigInt(ms) * 1_000_000n + 1n)
    const { action, attrs, rare, failure } = happened(n)
    const event = { host: 'a', type: 'container', action, actor_id: id(n), actor_name: attrs.name, timestamp: Math.floor(ms / 1000), attrs }
    line({ event: { position, value: JSON.stringify({ v: 1, previous, time_nano: 1, event }) } })
    told.push({ ms, rare, failure })
    previous = position
  }
  line({ end: { records: 0, events: EVENTS } })
  out.end()
  await once(out, 'finish')
  execFileSync(binary, ['store', '--data', join(place, 'data'), 'restore', file], { env: { PATH: process.env.PATH } })
  return told
}

const rows = (page) => page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem')

/** The numbers of the events that are drawn, from the top. */
const drawn = (page) => rows(page).locator('.subject a').evaluateAll((all) => all.map((one) => one.textContent).filter((name) => name.startsWith('n-')).map((name) => Number(name.slice(2))))

/** What the bars say: how many events, and how many of them are bad. */
async function bars(page) {
  const group = page.getByRole('group', { name: 'How many events there were' })
  const words = await group.getByRole('button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  return words.map((said) => {
    const [, all, , bad = '0'] = /: ([\d,]+) events?(, ([\d,]+) bad)?/.exec(said)
    return [all, bad].map((text) => Number(text.replaceAll(',', '')))
  })
}

/** What the bars must say. */
function truth(told, now) {
  const last = Math.floor(now / BAR)
  const all = Array.from({ length: 60 }, () => [0, 0])
  for (const { ms, failure } of told) {
    const bar = all[Math.floor(ms / BAR) - last + 59]
    bar[0]++
    if (failure) bar[1]++
  }
  return all
}

async function heap(cdp) {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}

/** Scrolls down until the list says that it is at its end; each time there must be no hole in what is drawn. */
async function toTheEnd(page) {
  const scroller = page.getByRole('list', { name: 'Events, newest first' })
  const end = page.getByText('These are all of this span.')
  let least = Infinity
  await until('the beginning of the log', async () => {
    await scroller.evaluate((list) => (list.scrollTop = list.scrollHeight))
    const numbers = await drawn(page)
    for (let i = 1; i < numbers.length; i++) assert.equal(numbers[i], numbers[i - 1] - 1, `${numbers}`)
    least = Math.min(least, ...numbers)
    return (await end.count()) > 0 && least === 0
  }, 120)
}

export const events = {
  'a long log: its newest events at once, all of them counted, and read back to the first': async ({ browser, binary, work }) => {
    const place = join(work, 'long-log')
    const told = await restore(binary, place)
    const hub = new Hub(binary, place, await freePort(), {}, {})
    await hub.start()
    try {
      const visitor = await Visitor.come(browser, hub.url)
      await visitor.enter('/hosts')
      const { page } = visitor
      await visitor.connectedBy('WebSocket')
      const cdp = await visitor.context.newCDPSession(page)

      const began = Date.now()
      await visitor.go('/events?since=7d')
      await rows(page).filter({ hasText: `n-${EVENTS - 1}` }).waitFor()
      const first = Date.now() - began
      await until('all bars to be counted', async () => (await page.getByText('Still counting').count()) === 0 && (await bars(page)).some(([all]) => all > 0))
      const counted = Date.now() - began
      await until('the bars to be true', async () => {
        // The hub has something to say of its own: a host that is not there.
        const { items } = await hub.packet('event', { opt: 'list', type: 'host' })
        const own = items.filter(({ type }) => type === 'event')
        const all = [...told, ...own.map(({ data }) => ({ ms: data.timestamp * 1000, failure: data.action === 'offline' }))]
        assert.deepEqual(await bars(page), truth(all, Date.now()))
        return true
      })
      // What the dump did not have is told.
      await rows(page).filter({ hasText: 'Events are missing' }).waitFor()

      const before = await heap(cdp)
      await toTheEnd(page)
      await page.getByText(`Only ${KEPT} rows are kept here`).waitFor()
      const after = await heap(cdp)
      const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`
      console.log(`        ${EVENTS} events: first rows after ${first} ms, counted after ${counted} ms; heap ${mib(before)}, read to the end ${mib(after)}`)
      assert.ok(first < SOON, `the first rows came after ${first} ms`)
      assert.ok(after < before + GROWN, `${mib(after)} after, ${mib(before)} before`)

      // What happens meanwhile is counted, and shown on the way to the newest.
      await hub.packet('host', { opt: 'create', host: 'tardy', addr: 'unix:///nowhere/docker.sock' })
      await page.getByRole('button', { name: /^\d+ new events?$/ }).waitFor()
      assert.equal(await rows(page).filter({ hasText: 'tardy' }).count(), 0)
      await page.getByRole('button', { name: 'To the newest' }).click()
      await rows(page).filter({ hasText: 'tardy' }).first().waitFor()
      await rows(page).filter({ hasText: `n-${EVENTS - 1}` }).waitFor()

      // Few among many, far back, beyond what one answer looks at.
      await visitor.go('/events?since=7d&action=oom')
      await page.getByText('These are all of this span.').waitFor()
      assert.deepEqual(await drawn(page), [40_007, 20_007, 7])
      await until('three in the bars', async () => (await bars(page)).reduce((sum, [all]) => sum + all, 0) === 3)

      // A bar lists what it counts.
      await visitor.go('/events?since=7d')
      await rows(page).filter({ hasText: `n-${EVENTS - 1}` }).waitFor()
      await until('all bars to be counted', async () => (await page.getByText('Still counting').count()) === 0 && (await bars(page)).some(([all]) => all > 0))
      const chosen = 20
      const [all] = (await bars(page))[chosen]
      assert.ok(all > 500)
      await page.getByRole('group', { name: 'How many events there were' }).getByRole('button').nth(chosen).focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/from=.*to=/)
      const from = Date.parse(new URL(page.url().replace('#', '')).searchParams.get('from'))
      const inBar = told.findIndex(({ ms }) => ms >= from)
      await rows(page).filter({ hasText: `n-${inBar + all - 1}` }).waitFor()
      await page.mouse.move(0, 0)
      const scroller = page.getByRole('list', { name: 'Events, newest first' })
      await until('the end of the bar', async () => {
        await scroller.evaluate((list) => (list.scrollTop = list.scrollHeight))
        return (await drawn(page)).at(-1) === inBar && (await page.getByText('These are all of this span.').count()) > 0
      })
      await visitor.leave()
    } finally {
      await hub.end('SIGTERM')
    }
  },
}
