// What a person does on a day without trouble.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

/** Names of the rows in sight; the tests have too few containers for more. */
const shown = async (page) => (await page.locator('[data-index] .name a').allTextContents()).sort()

export const dashboard = {
  'a wrong password is told, the right one leads to the address that was wanted': async ({ browser, hub }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.go('/events?type=container')
    await visitor.logIn('admin', 'not the password')
    await visitor.page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    assert.equal(await visitor.page.getByRole('navigation').count(), 0)
    await visitor.logIn()
    await visitor.page.waitForURL('**/#/events?type=container')
    await visitor.connectedBy('WebSocket')
    await visitor.page.reload()
    await visitor.connectedBy('WebSocket')
    // The session is the cookie's alone: nothing that a script can read holds a token.
    const readable = await visitor.page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))
    assert.doesNotMatch(readable, /ey[\w-]+\.[\w-]+/)
    await visitor.leave()
  },

  'hosts show the word of their engines': async ({ browser, hub, a, b }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts')
    for (const engine of [a, b]) {
      const version = await engine.docker('version', '-f', '{{.Server.Version}}')
      const card = visitor.page.locator('article').filter({ has: visitor.page.getByRole('heading', { name: engine.name, exact: true }) })
      await card.filter({ hasText: 'online' }).filter({ hasText: version }).filter({ hasText: engine.address }).waitFor()
    }
    await visitor.leave()
  },

  'the table holds just the containers that the engines have': async ({ browser, hub, a, b }) => {
    await a.run('web-on-a')
    await b.run('web-on-b')
    await b.die('web-died', 3)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    const all = [...(await a.names()), ...(await b.names())].sort()
    await until('all containers', async () => JSON.stringify(await shown(visitor.page)) === JSON.stringify(all))
    await visitor.rowSays('web-on-a', 'running')
    await visitor.rowSays('web-died', 'exit 3')
    await visitor.page.keyboard.press('/')
    await visitor.page.keyboard.type('web-on')
    await until('the search', async () => (await shown(visitor.page)).join() === 'web-on-a,web-on-b')
    assert.match(visitor.page.url(), /#\/containers\?q=web-on$/)
    await visitor.page.getByRole('group', { name: 'Host' }).getByRole('button', { name: /^b/ }).click()
    await until('the filter', async () => (await shown(visitor.page)).join() === 'web-on-b')
    await visitor.page.goBack()
    await until('what was before', async () => (await shown(visitor.page)).join() === 'web-on-a,web-on-b')
    await visitor.leave()
  },

  'stop and start act on the engine, pending at once and settled by what happens': async ({ browser, hub, a }) => {
    await a.run('web-acted-on')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    await visitor.page.getByRole('button', { name: 'Stop web-acted-on', exact: true }).click()
    await visitor.rowSays('web-acted-on', 'stopping …')
    await visitor.rowSays('web-acted-on', 'exited')
    assert.equal(await a.state('web-acted-on'), 'exited')
    await visitor.page.getByRole('button', { name: 'Start web-acted-on', exact: true }).click()
    await visitor.rowSays('web-acted-on', 'running')
    assert.equal(await a.state('web-acted-on'), 'running')
    await visitor.leave()
  },

  'figures come with the sweep, and only for what runs': async ({ browser, hub, a }) => {
    await a.run('web-figures')
    await a.die('web-without', 0)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    await visitor.row('web-figures').locator('.memory').filter({ hasText: /^\s*[\d.]+ (B|KiB|MiB)\s*$/ }).waitFor()
    await visitor.row('web-figures').locator('.cpu').filter({ hasText: /^\s*[\d.]+ %\s*$/ }).waitFor()
    assert.equal((await visitor.row('web-without').locator('.memory').textContent()).trim(), '')
    await visitor.leave()
  },

  'by keyboard alone: search, row, stop, its events, and back': async ({ browser, hub, a }) => {
    await a.run('web-keys')
    const visitor = await Visitor.come(browser, hub.url)
    const { keyboard } = visitor.page
    await visitor.go('/')
    await visitor.page.getByLabel('Name', { exact: true }).waitFor()
    await keyboard.type('admin')
    await keyboard.press('Tab')
    await keyboard.type('a password of the test')
    await keyboard.press('Enter')
    await visitor.page.getByRole('navigation', { name: 'Screens' }).waitFor()
    await keyboard.press('g')
    await keyboard.press('c')
    await visitor.row('web-keys').waitFor()
    await keyboard.press('/')
    await keyboard.type('web-keys')
    await until('one row', async () => (await shown(visitor.page)).length === 1)
    await keyboard.press('ArrowDown')
    await until('the row has the focus', () => visitor.page.evaluate(() => document.activeElement.dataset.index === '0'))
    await keyboard.press('s')
    await visitor.rowSays('web-keys', 'exited')
    assert.equal(await a.state('web-keys'), 'exited')
    await keyboard.press('Enter')
    await visitor.page.getByRole('heading', { name: 'web-keys', exact: true }).waitFor()
    await visitor.page.getByRole('listitem').filter({ hasText: 'die' }).first().waitFor()
    await visitor.page.goBack()
    await visitor.row('web-keys').waitFor()
    await until('the row has the focus again', () => visitor.page.evaluate(() => document.activeElement.textContent.includes('web-keys')))
    await visitor.leave()
  },

  'what is made and removed beside the hub comes and goes by itself': async ({ browser, hub, b }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    await b.run('web-beside', '--label', 'note=<img src=x onerror=alert(1)>')
    await visitor.rowSays('web-beside', 'running')
    await visitor.page.getByRole('searchbox').fill('<img')
    await until('the label is found as text', async () => (await shown(visitor.page)).join() === 'web-beside')
    await b.remove('web-beside')
    await visitor.row('web-beside').waitFor({ state: 'detached' })
    await visitor.leave()
  },

  'what failed says the host and the words of the engine, until it is read': async ({ browser, hub, a }) => {
    await a.create('web-broken', '/no/such/program')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    await visitor.page.getByRole('button', { name: 'Start web-broken', exact: true }).click()
    const problem = visitor.page.locator('.problems li')
    await problem.filter({ hasText: 'web-broken on a was not started' }).filter({ hasText: '/no/such/program' }).waitFor()
    await visitor.page.getByRole('link', { name: 'Hosts', exact: true }).click()
    await problem.waitFor()
    await problem.getByRole('button', { name: 'I have read this' }).click()
    await problem.waitFor({ state: 'detached' })
    await visitor.leave()
  },

  'events come as they happen, and chips narrow them': async ({ browser, hub, a }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/events')
    await visitor.connectedBy('WebSocket')
    await a.die('web-brief', 7)
    const events = visitor.page.getByRole('listitem').filter({ hasText: 'web-brief' })
    await events.filter({ hasText: 'die' }).filter({ hasText: 'exit 7' }).waitFor()
    await events.filter({ hasText: 'start' }).waitFor()
    await visitor.page.getByRole('group', { name: 'Action' }).getByRole('button', { name: 'die', exact: true }).click()
    await events.filter({ hasText: 'exit 7' }).waitFor()
    await events.filter({ hasText: 'start' }).waitFor({ state: 'detached' })
    assert.match(visitor.page.url(), /action=die/)
    await events.filter({ hasText: 'exit 7' }).getByRole('link').click()
    await visitor.page.waitForURL(/#\/containers\/a\/[0-9a-f]{12}\/events/)
    await visitor.page.locator('.why').filter({ hasText: 'code 7' }).waitFor()
    await visitor.leave()
  },

  'buttons that a role may not use are absent': async ({ browser, hub, a }) => {
    await a.run('web-seen')
    await a.run('web-of-ann', '--label', 'quayside.owner=ann')
    for (const [username, role] of [['vera', 'viewer'], ['ann', 'user'], ['otto', 'operator']]) {
      await hub.packet('user', { opt: 'create', username, password: 'another password', role })
    }
    const buttons = async (username) => {
      const visitor = await Visitor.come(browser, hub.url)
      await visitor.enter('/containers', username, 'another password')
      await visitor.rowSays('web-of-ann', 'running')
      const seen = { other: await visitor.row('web-seen').count(), own: await visitor.row('web-of-ann').getByRole('button', { name: 'Stop web-of-ann' }).count() }
      await visitor.leave()
      return seen
    }
    assert.deepEqual(await buttons('vera'), { other: 1, own: 0 })
    assert.deepEqual(await buttons('ann'), { other: 0, own: 1 })
    assert.deepEqual(await buttons('otto'), { other: 1, own: 1 })
  },

  'a logout ends the session': async ({ browser, hub }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts')
    await visitor.chooseOwn('Log out')
    await visitor.page.getByLabel('Password', { exact: true }).waitFor()
    await visitor.page.reload()
    await visitor.page.getByLabel('Password', { exact: true }).waitFor()
    const status = await visitor.page.evaluate(async () => {
      const body = JSON.stringify({ type: 'host', data: { opt: 'list' } })
      return (await fetch('/packet', { method: 'POST', body })).status
    })
    assert.equal(status, 401)
    await visitor.leave()
  },
}
