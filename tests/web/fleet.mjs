// Hosts with their images, the overview, and the events of all hosts.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { Registry } from './registry.mjs'
import { until } from './wait.mjs'

export const fleet = {
  'a host is tested step by step, added, changed and removed': async ({ browser, hub, b }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts?new=host')
    const { page } = visitor
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('third')
    await dialog.getByLabel('Address').fill('tcp://127.0.0.1:1')
    await dialog.getByRole('button', { name: 'Test' }).click()
    await dialog.getByText('It cannot be used so').waitFor()
    const steps = dialog.locator('li')
    await steps.filter({ hasText: 'Name and address' }).filter({ hasText: 'passed' }).waitFor()
    await steps.filter({ hasText: 'Connection' }).filter({ hasText: 'failed' }).filter({ hasText: 'firewall' }).waitFor()
    await steps.filter({ hasText: 'Permission' }).filter({ hasText: 'not tried' }).waitFor()
    await dialog.getByLabel('Address').fill(b.address)
    await dialog.getByRole('button', { name: 'Test' }).click()
    await dialog.getByText('All steps passed').waitFor()
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    const card = page.locator('article').filter({ has: page.getByRole('heading', { name: 'third', exact: true }) })
    await card.filter({ hasText: 'online' }).waitFor()
    assert.equal((await hub.packet('host', { opt: 'get', host: 'third' })).addr, b.address)

    await card.getByRole('link', { name: 'third', exact: true }).click()
    await page.waitForURL(/#\/hosts\/third/)
    await page.getByRole('heading', { name: 'History' }).waitFor()
    await page.getByText('the engine answers').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByLabel('Address').fill('tcp://127.0.0.1:1')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.locator('article').filter({ hasText: 'offline' }).filter({ hasText: 'refused' }).waitFor()
    await visitor.go('/')
    await page.getByRole('listitem').filter({ hasText: 'third' }).filter({ hasText: 'refused' }).getByRole('link', { name: 'third' }).first().click()
    await page.waitForURL(/#\/hosts\/third/)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.waitForURL(/#\/hosts$/)
    await card.waitFor({ state: 'detached' })
    assert.equal((await hub.packet('host', { opt: 'list' })).items.some(({ host }) => host === 'third'), false)
    await visitor.leave()
  },

  'images are listed live, pulled, and removed after a question': async ({ browser, hub, a }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts/a')
    const { page } = visitor
    await page.locator('tr[data-row]').filter({ hasText: 'busybox' }).waitFor()
    await page.getByText('Build cache').waitFor()
    const made = await a.docker('create', 'busybox')
    await a.docker('commit', '-m', 'of the test', made, 'dash2-image:1')
    await a.docker('rm', made)
    const row = page.locator('tr[data-row]').filter({ hasText: 'dash2-image:1' })
    await row.waitFor()
    await page.getByRole('button', { name: 'Remove dash2-image:1' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('dash2-image:1', { exact: false }).first().waitFor()
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await row.waitFor({ state: 'detached' })
    assert.equal(await a.docker('images', '-q', 'dash2-image'), '')
    await page.getByRole('button', { name: 'Pull' }).click()
    await dialog.getByLabel('Image', { exact: true }).fill('127.0.0.1:1/nothing:1')
    await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
    const pull = page.getByRole('list', { name: 'Pulls' }).getByRole('listitem').filter({ hasText: '127.0.0.1:1/nothing:1' })
    await pull.getByText('not pulled').waitFor({ timeout: 40_000 })
    await pull.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    await pull.getByRole('button', { name: 'I have read this' }).click()
    await pull.waitFor({ state: 'detached' })
    await visitor.leave()
  },

  'a pull shows a bar for each layer, and the image is there': async ({ browser, hub, a }) => {
    const registry = new Registry()
    await registry.start()
    const image = `${registry.name}/web-pulled:1`
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts/a?new=image')
    const { page } = visitor
    await visitor.connectedBy('WebSocket')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Image', { exact: true }).fill(image)
    await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
    const pull = page.getByRole('list', { name: 'Pulls' }).getByRole('listitem').filter({ hasText: image })
    const bars = pull.getByRole('progressbar')
    await until('a bar for each layer', async () => {
      const full = await bars.evaluateAll((all) => all.map(({ position }) => position))
      return full.length === 2 && full.every((part) => part > 0 && part < 0.8)
    })
    // It goes on while one is elsewhere.
    await visitor.go('/containers')
    await page.getByRole('heading', { name: 'Containers' }).waitFor()
    await visitor.go('/hosts/a')
    await bars.first().waitFor()
    registry.released = true
    await pull.getByText('pulled', { exact: true }).waitFor()
    assert.notEqual(await a.docker('images', '-q', image), '')
    await page.locator('tr[data-row]').filter({ hasText: image }).waitFor()
    await a.docker('rmi', image)
    await visitor.leave()
    registry.stop()
  },

  'a bar of the histogram narrows the events to its span, and a row leads to its container then': async ({ browser, hub, a }) => {
    await a.die('dash2-event', 5)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/events?since=15m&type=container')
    const { page } = visitor
    const row = page.getByRole('listitem').filter({ hasText: 'dash2-event' }).filter({ hasText: 'exit 5' })
    await row.waitFor()
    const bars = page.getByRole('group', { name: 'How many events there were' }).getByRole('button')
    const full = bars.filter({ hasNot: page.locator('span[style*="height: 0%"]') }).last()
    await full.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/from=.*to=/)
    await row.waitFor()
    await bars.first().focus()
    await page.keyboard.press('Enter')
    await row.waitFor({ state: 'detached' })
    await page.goBack()
    await row.waitFor()
    await row.getByRole('link').click()
    await page.waitForURL(/#\/containers\/a\/[0-9a-f]{12}\/events\?at=/)
    await page.getByText('exit 5').first().waitFor()
    await visitor.leave()
  },

  'a filter that no chip offers is shown all the same, and can be taken away': async ({ browser, hub, a }) => {
    await a.die('dash2-filtered', 4)
    const visitor = await Visitor.come(browser, hub.url)
    const past = new Date(Date.now() - 86_400_000).toISOString()
    await visitor.enter(`/events?since=15m&type=bogus&container=x&container=y&host=gone&to=${past}`)
    const { page } = visitor
    const row = page.getByRole('listitem').filter({ hasText: 'dash2-filtered' }).first()
    for (const name of ['type: bogus', 'container: x', 'container: y', 'host: gone']) {
      assert.equal(await row.count(), 0, name)
      await page.getByRole('button', { name, exact: true }).click()
    }
    await page.getByRole('button').filter({ hasText: '–' }).and(page.locator('.chosen')).first().click()
    await row.waitFor()
    assert.equal(new URL(page.url().replace('#', '')).search, '?since=15m')
    await visitor.leave()
  },

  'paused events are counted, and shown when it goes on': async ({ browser, hub, a }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/events?since=15m')
    const { page } = visitor
    await visitor.connectedBy('WebSocket')
    await page.getByRole('button', { name: 'Pause' }).click()
    await a.die('dash2-paused', 6)
    await page.getByRole('button', { name: /\d+ new events?/ }).waitFor()
    const row = page.getByRole('listitem').filter({ hasText: 'dash2-paused' }).filter({ hasText: 'exit 6' })
    assert.equal(await row.count(), 0)
    await page.getByRole('button', { name: 'Go on' }).click()
    await row.waitFor()
    await visitor.leave()
  },

  'the overview shows what died with the way to its cause, and the top by memory': async ({ browser, hub, a }) => {
    await a.die('dash2-cause', 4)
    await a.run('dash2-hungry')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/?top=memory')
    const { page } = visitor
    const top = page.getByRole('region', { name: 'Uses most' })
    await top.getByRole('link', { name: 'dash2-hungry' }).waitFor()
    await page.getByRole('button', { name: 'CPU', exact: true }).click()
    await until('the choice to stand in the address', () => !page.url().includes('top='))
    const died = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem').filter({ hasText: 'dash2-cause' })
    await died.filter({ hasText: 'exit 4' }).waitFor()
    await died.getByRole('link').click()
    await page.waitForURL(/#\/containers\/a\/[0-9a-f]{12}/)
    await visitor.leave()
  },
}
