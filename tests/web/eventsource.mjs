// A browser's own EventSource, which must come back by itself and miss nothing.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { password } from './hub.mjs'
import { until } from './wait.mjs'

/** Listens in the page; what came stands in `window.came`. */
async function listen(page, address) {
  await page.evaluate((address) => {
    window.came = []
    window.source = new EventSource(address)
    window.source.addEventListener('container-event', ({ lastEventId, data }) => {
      const { action, actor_name: name } = JSON.parse(data)
      window.came.push({ id: lastEventId, action, name })
    })
  }, address)
  await until('the stream to open', () => page.evaluate(() => window.source.readyState === EventSource.OPEN))
}

const names = (page, prefix) =>
  page.evaluate((prefix) => window.came.filter(({ action, name }) => action === 'die' && name.startsWith(prefix)).map(({ name }) => name), prefix)

/** Kills the hub under an EventSource, with containers that die before, meanwhile and after. */
async function resumes({ browser, hub, a }, url, address, prefix, hurry = false) {
  const visitor = await Visitor.come(browser, url)
  await visitor.enter('/hosts')
  const { page } = visitor
  await listen(page, await address(hub))
  const made = []
  const die = async (i) => {
    made.push(`${prefix}-${i}`)
    await a.die(`${prefix}-${i}`, 0)
  }
  await die(1)
  await until('the first', async () => (await names(page, prefix)).length === 1)
  for (const round of [2, 4]) {
    await hub.end('SIGKILL')
    // nginx answers 502 for a hub that is away, which ends an EventSource for ever: so the hub hurries.
    const meanwhile = die(round)
    if (!hurry) await meanwhile
    await hub.start()
    await meanwhile
    await die(round + 1)
    await until('what came while it was away, and after', async () => (await names(page, prefix)).length >= made.length, 40)
  }
  assert.deepEqual(await names(page, prefix), made)
  const ids = await page.evaluate(() => window.came.map(({ id }) => id))
  assert.deepEqual(ids, [...new Set(ids)].sort())
  await visitor.leave()
}

const byCookie = async () => '/events'
const byToken = async (hub) => `/events?token=${(await hub.post('auth', { opt: 'login', username: 'admin', password })).access_token}`

export const eventSource = {
  'an EventSource with the cookie resumes by itself': (all) => resumes(all, all.hub.url, byCookie, 'web-es-cookie'),
  'an EventSource with a token resumes by itself': (all) => resumes(all, all.hub.url, byToken, 'web-es-token'),
  'an EventSource behind nginx resumes by itself': (all) => resumes(all, all.nginx.url, byCookie, 'web-es-nginx', true),

  'an EventSource with a ticket opens, once': async ({ browser, hub, a }) => {
    const { ticket } = await hub.packet('auth', { opt: 'ticket' })
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.go('/login')
    await listen(visitor.page, `/events?ticket=${ticket}`)
    await a.die('web-es-ticket', 0)
    await until('its event', async () => (await names(visitor.page, 'web-es-ticket')).length === 1)
    const again = await visitor.page.evaluate(async (ticket) => (await fetch(`/events?ticket=${ticket}`)).status, ticket)
    assert.equal(again, 401)
    await visitor.leave()
  },
}
