// Proxies that stand in the way for good: the page takes what gets through, says what that is, and stays live on every
// screen.
import assert from 'node:assert/strict'
import { Middle } from './between.mjs'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

/** A container that is spoken through, by its first process. */
const say = (engine, name, text) => engine.docker('exec', name, 'sh', '-c', `echo "$0" >/proc/1/fd/1`, text)
const lines = (page) => page.getByRole('log').locator('.text').allTextContents()

/** Each screen shows what happens while it is looked at, over whatever gets through. */
async function lives({ browser, hub, a }, url, name, kind, patience) {
  const visitor = await Visitor.come(browser, url)
  const { page } = visitor
  await visitor.enter(`/containers?q=${name}`)
  await visitor.connectedBy(kind, patience)
  const place = `/containers/a/${await a.id(name)}`
  await a.docker('pause', name)
  await visitor.rowSays(name, 'paused')
  await a.docker('unpause', name)
  await visitor.rowSays(name, 'running')
  await visitor.row(name).locator('.memory').filter({ hasText: /\d (KiB|MiB)/ }).waitFor()

  await visitor.go(`${place}/logs`)
  await page.getByRole('log').getByText('begun', { exact: true }).waitFor()
  for (let i = 1; i <= 5; i++) {
    await say(a, name, `word ${i}`)
    await page.getByRole('log').getByText(`word ${i}`, { exact: true }).waitFor()
  }
  assert.deepEqual(await lines(page), ['begun', 'word 1', 'word 2', 'word 3', 'word 4', 'word 5'])
  await page.getByRole('button', { name: `Restart ${name}`, exact: true }).click()
  await until('the lines of the next run', async () => (await lines(page)).filter((text) => text === 'begun').length === 2)

  await visitor.go(`${place}/stats`)
  const chart = page.getByRole('img', { name: /^Memory/ })
  await chart.waitFor()
  const first = await chart.getAttribute('aria-label')
  // It asks for more as it goes on.
  await a.inside(name, 'sh', '-c', 'dd if=/dev/zero of=/dev/shm/more bs=1M count=9')
  await until('another figure', async () => (await chart.getAttribute('aria-label')) !== first)

  await visitor.go(`${place}/terminal`)
  await page.locator('.strip').filter({ hasText: `connected by ${kind}` }).waitFor()

  await visitor.go(`/events?action=die&container=${name}`)
  await a.docker('restart', '-t', '1', name)
  await page.getByRole('listitem').filter({ hasText: name }).first().waitFor()
  await visitor.connectedBy(kind, 1_000)
  await visitor.leave()
  await hub.packet('container', { opt: 'remove', host: 'a', container: name, force: true })
  a.made.delete(name)
}

/** A page of a log that is cut off all the time: all lines, each once, and mostly connected. */
async function lasts({ browser, a }, url, name, kind, rounds) {
  const visitor = await Visitor.come(browser, url)
  const { page } = visitor
  await visitor.enter(`/containers/a/${await a.id(name)}/logs?times=0`)
  await visitor.connectedBy(kind)
  await page.evaluate((kind) => {
    window.seen = { [kind]: 0, other: 0, breaks: 0 }
    let before = true
    setInterval(() => {
      const now = document.querySelector('.connection > button')?.textContent.includes(kind) ?? false
      if (before && !now) window.seen.breaks++
      before = now
      window.seen[now ? kind : 'other']++
    }, 50)
  }, kind)
  await until(`${rounds} breaks`, async () => (await page.evaluate(() => window.seen.breaks)) >= rounds, 100)
  await visitor.connectedBy(kind)
  const last = await a.docker('logs', '--tail', '1', name)
  await page.getByRole('log').getByText(last, { exact: true }).waitFor()
  await page.getByRole('log').focus()
  await page.keyboard.press('Home')
  await until('the beginning', async () => (await lines(page))[0] === 'tick 1')
  const seen = await page.evaluate(() => window.seen)
  assert(seen.other < seen[kind] / 5, `connected most of the time: ${JSON.stringify(seen)}`)
  await visitor.leave()
  return seen
}

/** More logs than a browser opens streams, as one. */
async function gathers({ browser, a }, url, names, kind) {
  const of = await Promise.all(names.map(async (name) => ['of', `a/${await a.id(name)}`]))
  const visitor = await Visitor.come(browser, url)
  await visitor.enter(`/logs?${new URLSearchParams(of)}`)
  await visitor.connectedBy(kind, 60_000)
  for (const name of [names[0], names.at(-1), names[5]]) {
    const word = `${name} by ${new URL(url).port}`
    await say(a, name, word)
    await visitor.page.getByRole('log').getByText(word, { exact: true }).waitFor()
  }
  await visitor.leave()
}

const TICKS = 'i=0; while :; do i=$((i+1)); echo tick $i; sleep 1; done'
const TALK = 'echo begun; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'

export const proxies = {
  'behind proxies that swallow, refuse, buffer and cut, every screen stays live and says how': async (all) => {
    const { hub, nginx, a } = all
    const middles = {
      swallows: new Middle({ sockets: null }),
      answers: new Middle({ sockets: 200 }),
      cuts: new Middle({ life: 30_000 }),
      cutsAndRefuses: new Middle({ sockets: 404, life: 30_000 }),
      cutsAndSwallows: new Middle({ sockets: null, life: 30_000 }),
    }
    await Promise.all(Object.values(middles).map((middle) => middle.start(hub.port)))
    const talkers = ['swallowed', 'answered', 'nginx', 'buffered'].map((word) => `web-${word}`)
    await Promise.all(talkers.map((name) => a.script(name, TALK)))
    await a.script('web-ticks', TICKS)
    const dozen = Array.from({ length: 12 }, (_, i) => `web-dozen-${i}`)
    const buffers = lives(all, nginx.buffering, 'web-buffered', 'Polling', 60_000)
    // A stream is found to be held back by what lies together in a piece of it: so many containers more, and each value
    // of their use would fill a piece by itself.
    const gathered = buffers.then(() => Promise.all(dozen.map((name) => a.script(name, TALK))))
    const gathersThen = async (url) => {
      await gathered
      await gathers(all, url, dozen, 'Polling')
    }
    const parts = {
      swallows: lives(all, middles.swallows.url, 'web-swallowed', 'SSE'),
      answers: lives(all, middles.answers.url, 'web-answered', 'SSE'),
      nginx: lives(all, nginx.url, 'web-nginx', 'SSE'),
      buffers,
      nginxGathers: gathersThen(nginx.url),
      buffersGathered: gathersThen(nginx.buffering),
      cuts: lasts(all, middles.cuts.url, 'web-ticks', 'WebSocket', 2),
      cutsAndRefuses: lasts(all, middles.cutsAndRefuses.url, 'web-ticks', 'SSE', 2),
      cutsAndSwallows: lasts(all, middles.cutsAndSwallows.url, 'web-ticks', 'SSE', 2),
    }
    const ends = await Promise.allSettled(Object.values(parts))
    const bad = ends.flatMap(({ reason, status }, i) => (status === 'rejected' ? [`${Object.keys(parts)[i]}: ${reason.stack}`] : []))
    for (const middle of Object.values(middles)) middle.stop()
    assert.equal(bad.join('\n'), '')
  },

  'a proxy whose buffer the values of many containers fill is found out by how late they come': async ({ browser, nginx, a }) => {
    const names = Array.from({ length: 22 }, (_, i) => `web-full-${i}`)
    for (const name of names) await a.script(name, TALK)
    const visitor = await Visitor.come(browser, nginx.buffering)
    const { page } = visitor
    await visitor.enter('/containers?q=web-full')
    // What the first answer has fills the buffers too: the stream opens, and seems to work.
    await visitor.connectedBy('SSE')
    await visitor.connectedBy('Polling', 60_000)
    await page.locator('.connection > button').click()
    await page.locator('.connection .more').filter({ hasText: 'The event stream is held back on the way.' }).waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.move(0, 0)
    // Live at once, and for longer than it takes until a better way is tried.
    await page.evaluate(() => {
      window.other = 0
      setInterval(() => document.querySelector('.connection > button')?.textContent.includes('Polling') || window.other++, 50)
    })
    const began = Date.now()
    while (Date.now() - began < 40_000) {
      await a.docker('pause', names[0])
      await visitor.rowSays(names[0], 'paused', 5_000)
      await a.docker('unpause', names[0])
      await visitor.rowSays(names[0], 'running', 5_000)
    }
    assert.equal(await page.evaluate(() => window.other), 0)
    await visitor.leave()
  },
}
