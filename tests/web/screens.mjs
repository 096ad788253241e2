// Each screen, wide and narrow, light and dark: drawn, without a violation of accessibility, and kept to be looked at.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Visitor } from './browser.mjs'

const SCREENS = {
  overview: '/', containers: '/containers', hosts: '/hosts', host: '/hosts/a', 'host-new': '/hosts?new=host', events: '/events?container=web-look-died-b', me: '/me',
  users: '/admin/users', 'user-new': '/admin/users?new=user', invites: '/admin/invites', audit: '/admin/audit', settings: '/admin/settings',
  nothing: '/containers?q=there-is-no-such-thing',
}
/** What a screen has to show before it is looked at; a card of a host where nothing is said. */
const READY = {
  containers: '[data-index]', events: '[role=listitem]:has-text("web-look-died-b")', nothing: '.empty', host: 'td:has-text("busybox")',
  me: 'tr[data-row]', users: 'tr[data-row]', invites: '.empty, tr[data-row]', audit: 'tr[data-row]', settings: 'tr[data-row]',
  'host-new': '[role=dialog]', 'user-new': '[role=dialog]',
}

/** Of a container that runs: name, address, what is there when it is drawn. */
const TABS = [
  ['overview', '', '#facts'],
  ['logs', '/logs', '.body .line'],
  ['stats', '/stats', '.uplot'],
  ['files', '/files', '[data-row]'],
  ['events', '/events', '[role=listitem]'],
  ['inspect', '/inspect', 'details'],
]

async function look({ browser, hub, a, b, artefacts }, width, theme) {
  const visitor = await Visitor.come(browser, hub.url, { width, height: width < 500 ? 844 : 900, theme })
  const { page } = visitor
  const keep = async (name) => {
    await page.screenshot({ path: join(artefacts, `${name}-${width}-${theme}.png`) })
    assert.deepEqual(await visitor.violations(), [], name)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert(wider <= 0, `${name} is ${wider} px wider than the window`)
  }
  await visitor.go('/login')
  await page.getByLabel('Name', { exact: true }).waitFor()
  await keep('login')
  await visitor.enter('/')
  await visitor.connectedBy('WebSocket')
  for (const [name, address] of Object.entries(SCREENS)) {
    await visitor.go(address)
    await page.locator(READY[name] ?? 'article').first().waitFor()
    await keep(name)
  }
  for (const [name, tab, ready] of TABS) {
    await visitor.go(`/containers/a/${await a.id('web-look-a')}${tab}`)
    await page.locator(ready).first().waitFor()
    await keep(`container-${name}`)
  }
  await visitor.go(`/containers/a/${await a.id('web-look-a')}/logs`)
  const bar = page.getByRole('group', { name: 'What is shown of the log' }).locator('button, select, input')
  await bar.first().waitFor()
  for (const one of await bar.all()) {
    const box = await one.boundingBox()
    assert(box.x >= 0 && box.x + box.width <= width, `all of the logs' bar is in sight: ${JSON.stringify(box)}`)
  }
  await visitor.go(`/containers/a/${await a.id('web-look-died-a')}`)
  await page.getByRole('region', { name: 'What happened before' }).getByRole('listitem').first().waitFor()
  await keep('container-died')
  await page.getByRole('button', { name: /^Actions of/ }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).waitFor()
  await keep('container-menu')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await visitor.go(`/logs?of=a/${await a.id('web-look-a')}&of=b/${await b.id('web-look-b')}`)
  await page.getByRole('heading', { name: 'Logs of 2 containers' }).waitFor()
  await page.locator('.empty, .line').first().waitFor()
  await keep('merged')
  await visitor.go('/containers?group=host')
  await page.locator('.group').first().waitFor()
  await keep('grouped')
  await visitor.go('/')
  await page.locator('article').first().waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await keep('keys')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'find any' }).fill('web')
  await page.getByRole('option').first().waitFor()
  await keep('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Account of / }).click()
  await page.getByRole('menu').waitFor()
  await keep('menu')
  await visitor.leave()
}

/** Lines of several kinds, and then it runs until it is stopped. */
const LINES =
  'for i in 1 2 3 4 5; do echo "$i: a line of a log that is longer than a narrow window is wide, and wraps"; done; ' +
  `printf '\\033[32mGET\\033[0m /harbour 200\\n'; echo '{"level":"info","ship":"arrived"}'; echo 'no berth is free' >&2; ` +
  'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'

async function lively({ a, b }) {
  for (const engine of [a, b]) {
    if (!engine.made.has(`web-look-${engine.name}`)) await engine.script(`web-look-${engine.name}`, LINES)
    if (!engine.made.has(`web-look-died-${engine.name}`)) await engine.die(`web-look-died-${engine.name}`, 3)
  }
}

/** Bytes that the first load may take, compressed. */
const FIRST_LOAD = 250 * 1024

async function firstLoad({ browser, hub }) {
  const visitor = await Visitor.come(browser, hub.url)
  const bodies = []
  visitor.page.on('response', (response) => bodies.push(response.body().catch(() => Buffer.alloc(0))))
  await visitor.enter('/')
  await visitor.connectedBy('WebSocket')
  const size = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0)
  assert(size > 0 && size <= FIRST_LOAD, `${size} bytes`)
  const elsewhere = await visitor.page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => new URL(name).origin !== location.origin),
  )
  assert.deepEqual(elsewhere, [], 'works without internet')
  await visitor.leave()
}

/** What each address of the table shows when it is come to cold. */
async function cold({ browser, hub, a, b }) {
  await lively({ a, b })
  const place = `/containers/a/${await a.id('web-look-a')}`
  const addresses = Object.entries(SCREENS).map(([name, address]) => [address, READY[name] ?? 'article'])
  addresses.push(...TABS.map(([, tab, ready]) => [`${place}${tab}`, ready]), [`${place}/terminal`, '.xterm-screen'])
  addresses.push([`/logs?of=a/${await a.id('web-look-a')}&of=b/${await b.id('web-look-b')}`, '.empty, .line'], ['/containers?group=host', '.group'])
  const visitor = await Visitor.come(browser, hub.url)
  const own = (page) => page.url().replace(/[?&]session=[^&]*/, '')
  // By the login, which leads back to where one wanted to go; the tests of the screens come so too.
  for (const [address, ready] of addresses.filter((_, i) => i % 6 === 0)) {
    await visitor.context.clearCookies()
    await visitor.page.goto('about:blank')
    await visitor.go(address)
    await visitor.logIn()
    await visitor.page.locator(ready).first().waitFor()
    assert.equal(own(visitor.page), `${hub.url}/#${address}`)
  }
  const come = async (list) => {
    for (const [address, ready] of list) {
      const window = await visitor.context.newPage()
      await window.goto(`${hub.url}/#${address}`)
      await window.locator(ready).first().waitFor()
      assert.equal(own(window), `${hub.url}/#${address}`)
      await window.close()
    }
  }
  const half = Math.ceil(addresses.length / 2)
  await Promise.all([come(addresses.slice(0, half)), come(addresses.slice(half))])
  await visitor.leave()
}

const looks = Object.fromEntries(
  [1440, 390].flatMap((width) =>
    ['light', 'dark'].map((theme) => [
      `screens at ${width} px, ${theme}`,
      async (all) => {
        await lively(all)
        await look(all, width, theme)
      },
    ]),
  ),
)

export const screens = { 'the first load is small and all our own': firstLoad, 'each address opens cold, with and without a login': cold, ...looks }
