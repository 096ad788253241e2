// The table of all containers: several at once, groups, its menu, and what stands still.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

const shown = async (page) => (await page.locator('[data-index] .name a').allTextContents()).sort()
const select = (page, name) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).click()

export const table = {
  'several containers are stopped, restarted, started and removed at once': async ({ browser, hub, a, b }) => {
    await a.run('web-many-1')
    await b.run('web-many-2')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers?q=web-many')
    const { page } = visitor
    await select(page, 'web-many-1')
    await select(page, 'web-many-2')
    const bulk = page.getByRole('region', { name: 'Selection' })
    await bulk.filter({ hasText: '2 containers selected' }).waitFor()
    await bulk.getByRole('button', { name: 'Stop' }).click()
    for (const [engine, name] of [[a, 'web-many-1'], [b, 'web-many-2']]) {
      await visitor.rowSays(name, 'exited')
      assert.equal(await engine.state(name), 'exited')
    }
    await bulk.getByRole('button', { name: 'Start' }).click()
    await visitor.rowSays('web-many-1', 'running')
    await visitor.rowSays('web-many-2', 'running')
    const many = [[a, 'web-many-1'], [b, 'web-many-2']]
    const starts = () => Promise.all(many.map(([engine, name]) => engine.docker('inspect', '-f', '{{.State.StartedAt}} {{.State.Running}}', name)))
    const began = await starts()
    await bulk.getByRole('button', { name: 'Restart' }).click()
    await until('new starts', async () => (await starts()).every((start, i) => start !== began[i] && start.endsWith('true')))
    // The page has seen them, too, once it has seen what came after them.
    for (const [engine, name] of many) {
      await engine.docker('pause', name)
      await visitor.rowSays(name, 'paused')
      await engine.docker('unpause', name)
      await visitor.rowSays(name, 'running')
    }
    await bulk.getByRole('button', { name: 'Remove' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.filter({ hasText: 'web-many-1 · a' }).filter({ hasText: 'web-many-2 · b' }).filter({ hasText: '2 of them run' }).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    assert.equal((await a.names()).includes('web-many-1'), true)
    await bulk.getByRole('button', { name: 'Remove' }).click()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await until('both gone', async () => (await shown(page)).length === 0)
    assert.equal((await a.names()).includes('web-many-1'), false)
    assert.equal((await b.names()).includes('web-many-2'), false)
    a.made.delete('web-many-1')
    b.made.delete('web-many-2')
    await visitor.leave()
  },

  'groups by host, project and owner stand in the address and fold': async ({ browser, hub, a, b }) => {
    await a.run('web-shop-1', '--label', 'com.docker.compose.project=web-shop')
    await b.run('web-shop-2', '--label', 'com.docker.compose.project=web-shop')
    await a.run('web-alone')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers?q=web-&group=project')
    const group = visitor.page.locator('.group').filter({ hasText: 'web-shop' })
    await group.filter({ hasText: '2 of 2 running' }).waitFor()
    await group.getByRole('button').click()
    await until('the folded rows', async () => !(await shown(visitor.page)).includes('web-shop-1'))
    assert.match(visitor.page.url(), /fold=web-shop/)
    await visitor.page.goBack()
    await visitor.row('web-shop-1').waitFor()
    await visitor.page.getByLabel('Group by').selectOption('host')
    await visitor.page.locator('.group').filter({ hasText: /^\s*b/ }).waitFor()
    assert.match(visitor.page.url(), /group=host/)
    await visitor.page.getByRole('searchbox').fill('web-shop')
    await until('the project is found', async () => (await shown(visitor.page)).join() === 'web-shop-1,web-shop-2')
    await visitor.leave()
  },

  'rows are found by name, id, image, label, project and port, and ordered by a column': async ({ browser, hub, a, b }) => {
    await a.run('web-found-1', '-p', '127.0.0.1::8123', '--label', 'team=harbour')
    await b.run('web-found-2', '--label', 'com.docker.compose.project=web-jetty')
    const visitor = await Visitor.come(browser, hub.url)
    const { page } = visitor
    await visitor.enter('/containers')
    await visitor.row('web-found-2').waitFor()
    for (const [search, name] of [
      ['found-1', 'web-found-1'], [await b.id('web-found-2'), 'web-found-2'], ['busybox found-2', 'web-found-2'], ['team=harbour', 'web-found-1'],
      ['web-jetty', 'web-found-2'], [':8123/tcp', 'web-found-1'],
    ]) {
      await page.getByRole('searchbox').fill(search)
      await until(`${name} by ${search}`, async () => (await shown(page)).join() === name)
    }
    const port = (await a.docker('port', 'web-found-1', '8123')).split(':').at(-1)
    await page.getByRole('searchbox').fill('web-found')
    const link = visitor.row('web-found-1').getByRole('link', { name: `${port}→8123` })
    assert.equal(await link.getAttribute('href'), `http://127.0.0.1:${port}/`)
    const order = () => page.locator('[data-index] .name a').allTextContents()
    await page.getByRole('button', { name: 'Host', exact: true }).click()
    await until('by host', async () => /sort=host/.test(page.url()) && (await order()).join() === 'web-found-1,web-found-2')
    await page.getByRole('button', { name: 'Host', exact: true }).click()
    await until('turned', async () => (await order()).join() === 'web-found-2,web-found-1')
    await page.reload()
    await until('turned still', async () => (await order()).join() === 'web-found-2,web-found-1')
    await visitor.leave()
  },

  'on a narrow window, which has no heads, rows are ordered by a choice, and its direction is told': async ({ browser, hub, a, b }) => {
    await b.run('web-order-1')
    await a.run('web-order-2')
    await a.run('web-order-3')
    const visitor = await Visitor.come(browser, hub.url, { width: 390, height: 844 })
    const { page } = visitor
    await visitor.enter('/containers?q=web-order')
    await visitor.row('web-order-3').waitFor()
    const sort = page.getByRole('group', { name: 'Sort by' })
    const column = sort.getByRole('combobox', { name: 'Sort by' })
    const order = async () => (await page.locator('[data-index] .name a').allTextContents()).map((name) => name.at(-1)).join()
    const stands = (wanted) => until(`the order ${wanted}`, async () => (await order()) === wanted)
    await stands('1,2,3')
    const box = await sort.boundingBox()
    assert(box.x >= 0 && box.x + box.width <= 390, `in sight at once: ${JSON.stringify(box)}`)
    await sort.getByRole('button', { name: 'A to Z' }).click()
    await stands('3,2,1')
    await column.selectOption('Host')
    await stands('2,3,1')
    await sort.getByRole('button', { name: 'A to Z' }).click()
    await sort.getByRole('button', { name: 'Z to A' }).waitFor()
    await stands('1,3,2')
    await column.selectOption('Up since')
    await sort.getByRole('button', { name: 'newest first' }).waitFor()
    await stands('3,2,1')
    await sort.getByRole('button', { name: 'newest first' }).click()
    await stands('1,2,3')
    assert.match(page.url(), /sort=status&dir=down/)
    assert.deepEqual(await visitor.violations(), [])
    await page.reload()
    await sort.getByRole('button', { name: 'oldest first' }).waitFor()
    await stands('1,2,3')
    // One state of the address: the head of a wide window says the same.
    await page.setViewportSize({ width: 1440, height: 900 })
    assert.equal(await sort.isVisible(), false)
    assert.equal(await page.getByRole('columnheader', { name: 'Up since' }).getAttribute('aria-sort'), 'ascending')
    await visitor.leave()
  },

  'the menu of a row is a sheet on a narrow window, and acts': async ({ browser, hub, a }) => {
    await a.run('web-sheet')
    const visitor = await Visitor.come(browser, hub.url, { width: 390, height: 844 })
    await visitor.enter('/containers?q=web-sheet')
    await visitor.page.getByRole('button', { name: 'Actions of web-sheet' }).click()
    const menu = visitor.page.getByRole('menu')
    await menu.waitFor()
    await until('the sheet is in place', async () => {
      const box = await menu.boundingBox()
      return box.x === 0 && Math.round(box.width) === 390 && Math.round(box.y + box.height) === 844
    })
    assert.deepEqual(await visitor.violations(), [])
    await menu.getByRole('menuitem', { name: 'Pause' }).click()
    await visitor.rowSays('web-sheet', 'paused')
    assert.equal(await a.state('web-sheet'), 'paused')
    await visitor.choose('web-sheet', 'Go on')
    await visitor.rowSays('web-sheet', 'running')
    await visitor.choose('web-sheet', 'Kill')
    await visitor.page.getByRole('alertdialog').getByRole('button', { name: 'Kill' }).click()
    await visitor.rowSays('web-sheet', 'killed (SIGKILL)')
    await visitor.leave()
  },

  'by keys: two letters, open, back, restart, select, its menu': async ({ browser, hub, a }) => {
    await a.run('web-zq')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers')
    const { keyboard } = visitor.page
    await visitor.row('web-zq').waitFor()
    await keyboard.press('/')
    await keyboard.type('zq')
    await until('one row', async () => (await shown(visitor.page)).join() === 'web-zq')
    await keyboard.press('ArrowDown')
    const began = await a.docker('inspect', '-f', '{{.State.StartedAt}}', 'web-zq')
    await keyboard.press('r')
    await visitor.rowSays('web-zq', 'restarting …')
    await until('a new start', async () => (await a.docker('inspect', '-f', '{{.State.StartedAt}}', 'web-zq')) !== began)
    await visitor.rowSays('web-zq', 'running')
    await keyboard.press('x')
    await visitor.page.getByRole('region', { name: 'Selection' }).waitFor()
    await keyboard.press('x')
    await keyboard.press('.')
    await visitor.page.getByRole('menu').waitFor()
    await keyboard.press('Escape')
    await until('the row has the focus', () => visitor.page.evaluate(() => document.activeElement.dataset.index === '0'))
    await keyboard.press('l')
    await visitor.page.getByRole('log').or(visitor.page.getByText('Nothing was written yet')).waitFor()
    await visitor.page.goBack()
    await until('the row has the focus', () => visitor.page.evaluate(() => document.activeElement.dataset.index === '0'))
    await visitor.leave()
  },

  'rows stand still under the pointer, and what is gone stays until it leaves': async ({ browser, hub, a }) => {
    await a.run('web-still-b')
    await a.run('web-still-c')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers?q=web-still')
    await visitor.row('web-still-c').hover()
    await a.run('web-still-a')
    await visitor.row('web-still-a').waitFor()
    assert.deepEqual(await visitor.page.locator('[data-index] .name a').allTextContents(), ['web-still-b', 'web-still-c', 'web-still-a'])
    await a.remove('web-still-b')
    await visitor.rowSays('web-still-b', 'removed')
    await visitor.page.mouse.move(0, 0)
    await visitor.row('web-still-b').waitFor({ state: 'detached' })
    assert.deepEqual(await visitor.page.locator('[data-index] .name a').allTextContents(), ['web-still-a', 'web-still-c'])
    await visitor.leave()
  },
}
