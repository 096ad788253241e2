// What happens to the page when something on the way, the hub or an engine fails.
import assert from 'node:assert/strict'
import { Middle } from './between.mjs'
import { Visitor } from './browser.mjs'

/** The page takes up to 35 s to miss the keep-alives of a stream, and tries a better transport after 30 s and 60 s. */
const PATIENCE = 110_000

const died = (visitor, name) => visitor.page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: 'die' })

export const outages = {
  'WebSocket cut, then SSE, then polling, and back, with every event once': async ({ browser, hub, a }) => {
    const middle = new Middle()
    await middle.start(hub.port)
    const visitor = await Visitor.come(browser, middle.url)
    await visitor.enter('/events?action=die')
    await visitor.connectedBy('WebSocket')
    await a.die('web-over-ws', 1)
    await died(visitor, 'web-over-ws').waitFor()
    middle.cutSockets()
    await a.die('web-in-the-gap', 1)
    await visitor.connectedBy('SSE', PATIENCE)
    await died(visitor, 'web-in-the-gap').waitFor()
    await a.die('web-over-sse', 1)
    await died(visitor, 'web-over-sse').waitFor()
    middle.streams = false
    await visitor.connectedBy('Polling', PATIENCE)
    await a.die('web-over-polling', 1)
    await died(visitor, 'web-over-polling').waitFor()
    // A poll that is refused would have ended it by now.
    await visitor.connectedBy('Polling', 2_000)
    middle.sockets = middle.streams = true
    await visitor.connectedBy('WebSocket', PATIENCE)
    await a.die('web-back', 1)
    await died(visitor, 'web-back').waitFor()
    for (const name of ['over-ws', 'in-the-gap', 'over-sse', 'over-polling', 'back']) {
      assert.equal(await died(visitor, `web-${name}`).count(), 1, name)
    }
    await visitor.leave()
    middle.stop()
  },

  'a hub that is killed and started again: the page says so, comes back and misses nothing': async ({ browser, hub, a }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/events?action=die')
    await visitor.connectedBy('WebSocket')
    await a.die('web-before', 1)
    await died(visitor, 'web-before').waitFor()
    await hub.end('SIGKILL')
    await visitor.connectedBy('Not connected')
    await visitor.page.getByText('What you see is from then').waitFor()
    await a.die('web-meanwhile', 1)
    await hub.start()
    await visitor.connectedBy('WebSocket', 60_000)
    await a.die('web-after', 1)
    for (const name of ['web-before', 'web-meanwhile', 'web-after']) {
      await died(visitor, name).first().waitFor()
      assert.equal(await died(visitor, name).count(), 1, name)
    }
    await visitor.leave()
  },

  'a hub that is stopped tells its pages to come back': async ({ browser, hub }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    await visitor.connectedBy('WebSocket')
    await hub.end('SIGTERM')
    await visitor.connectedBy('Not connected')
    await hub.start()
    await visitor.page.locator('.connection > button').click()
    await visitor.page.getByRole('button', { name: 'Try now' }).click()
    await visitor.connectedBy('WebSocket')
    await visitor.leave()
  },

  'a host that goes and comes back says why, and shows nothing old as present': async ({ browser, hub, b }) => {
    await b.run('web-on-lost-host')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers?host=b')
    await visitor.rowSays('web-on-lost-host', 'running')
    await b.kill()
    await visitor.page.getByText('1 of 2 hosts answer').waitFor()
    await visitor.page.getByRole('button', { name: 'Stop web-on-lost-host' }).waitFor({ state: 'detached' })
    await visitor.rowSays('web-on-lost-host', 'was running')
    await visitor.go('/hosts')
    const card = visitor.page.locator('article').filter({ has: visitor.page.getByRole('heading', { name: 'b', exact: true }) })
    await card.filter({ hasText: /offline|connecting/ }).waitFor()
    assert.notEqual((await card.locator('.error').textContent()).trim(), '')
    await b.start()
    await card.filter({ hasText: 'online' }).waitFor({ timeout: 60_000 })
    await visitor.go('/containers?host=b')
    const state = await b.state('web-on-lost-host')
    await visitor.rowSays('web-on-lost-host', state)
    await visitor.leave()
  },
}
