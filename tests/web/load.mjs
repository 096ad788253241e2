// What a browser that was never here loads, and when it shows something.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { tracedLoad } from './trace.mjs'

/** Bytes on the wire. */
const SMALL = 250 * 1024
/** Milliseconds: of the main thread, because the clock also tells what else the machine did. */
const SOON = 1_000
/** What only the code of terminals and of charts says. */
const LATER = /xterm-helper-textarea|u-legend/
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

export const load = {
  'the first load is small, shows something soon, and leaves terminals and charts for later': async ({ browser, hub, a }) => {
    await a.run('web-first')
    const visitor = await Visitor.come(browser, hub.url)
    const { page } = visitor
    const scripts = []
    page.on('response', (response) => response.url().endsWith('.js') && scripts.push(response.text()))
    const bytes = await counted(page)
    const login = await tracedLoad(browser, page, async () => {
      await visitor.go('/containers')
      await page.getByLabel('Password', { exact: true }).waitFor()
    })
    const before = bytes()
    await visitor.logIn()
    await visitor.rowSays('web-first', 'running')
    const after = bytes()
    const texts = await Promise.all(scripts)
    console.log(`        over the wire: ${(before / 1024).toFixed(0)} KiB to the login, ${(after / 1024).toFixed(0)} KiB to the containers, ${texts.length} scripts`)
    assert.ok(before > 0 && after > before && after <= SMALL, `the first load has ${after} bytes`)
    assert.ok(!texts.some((text) => LATER.test(text)), 'terminals or charts were loaded')
    const screen = await tracedLoad(browser, page, async () => {
      await page.reload()
      await visitor.rowSays('web-first', 'running')
    })
    for (const [what, { clock, thread }] of [['the login', login], ['the containers', screen]]) {
      console.log(`        first content of ${what} after ${clock.toFixed(0)} ms, of which the page worked ${thread.toFixed(0)} ms`)
      assert.ok(thread < SOON, `${what}: ${thread.toFixed(0)} ms of work before anything is seen`)
    }
    await page.goto(`${hub.url}/#/containers/a/${await a.id('web-first')}/terminal`)
    await page.locator('.xterm').first().waitFor()
    assert.ok((await Promise.all(scripts)).some((text) => LATER.test(text)), 'the terminal was not told from the rest')
    await visitor.leave()
  },
}
