// What a browser that was never here loads, and when it shows something.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'

/** Bytes on the wire. */
const SMALL = 250 * 1024
/** Milliseconds. */
const SOON = 1_000
/** What only the code of terminals and of charts says. */
const LATER = /xterm-helper-textarea|u-legend/
/** Loads of which the quickest counts: the others tell what else the machine did. */
const TURNS = 3

/** Counts what comes of the page's own files, as it came over the wire. */
async function counted(page) {
  const cdp = await page.context().newCDPSession(page)
  const files = new Map()
  let bytes = 0
  cdp.on('Network.responseReceived', ({ requestId, response }) => files.set(requestId, response.url))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (/^\/(assets\/.*)?$/.test(new URL(files.get(requestId) ?? 'http://x/none').pathname)) bytes += encodedDataLength
  })
  await cdp.send('Network.enable')
  return () => bytes
}

/** When something was painted first, in milliseconds since the load began. */
const firstContent = (page) =>
  page.evaluate(
    () => new Promise((resolve) => new PerformanceObserver((list) => list.getEntries().forEach(({ name, startTime }) => name === 'first-contentful-paint' && resolve(startTime))).observe({ type: 'paint', buffered: true })),
  )

export const load = {
  'the first load is small, shows something soon, and leaves terminals and charts for later': async ({ browser, hub, a }) => {
    await a.run('web-first')
    const login = []
    const again = []
    for (let turn = 0; turn < TURNS; turn++) {
      const visitor = await Visitor.come(browser, hub.url)
      const { page } = visitor
      const scripts = []
      page.on('response', (response) => response.url().endsWith('.js') && scripts.push(response.text().catch(() => '')))
      const bytes = await counted(page)
      await visitor.go('/containers')
      await page.getByLabel('Password', { exact: true }).waitFor()
      login.push(await firstContent(page))
      const before = bytes()
      await visitor.logIn()
      await visitor.rowSays('web-first', 'running')
      const after = bytes()
      const texts = await Promise.all(scripts)
      if (turn === 0) console.log(`        compressed: ${(before / 1024).toFixed(0)} KiB to the login, ${(after / 1024).toFixed(0)} KiB to the containers, ${texts.length} scripts`)
      assert.ok(before > 0 && after > before)
      assert.ok(after <= SMALL, `the first load has ${after} bytes`)
      assert.ok(!texts.some((text) => LATER.test(text)), 'terminals or charts were loaded')
      await page.reload()
      await page.getByRole('navigation', { name: 'Screens' }).waitFor()
      again.push(await firstContent(page))
      await visitor.leave()
    }
    const quickest = [login, again].map((times) => Math.min(...times))
    console.log(`        first content: the login after ${quickest[0].toFixed(0)} ms, the containers after ${quickest[1].toFixed(0)} ms`)
    assert.ok(Math.max(...quickest) < SOON)
  },
}
