// A container's own page: each tab opened cold, each action read back from the engine.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

export const container = {
  'the overview tells facts, mounts, networks and, behind a click, the environment': async ({ browser, hub, a }) => {
    await a.run('web-facts', '--network', 'bridge', '-e', 'PLACE=<b>harbour</b>', '--label', 'com.docker.compose.project=port', '--tmpfs', '/scratch', '-v', 'web-facts:/data')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-facts')
    const { page } = visitor
    await page.getByRole('region', { name: 'Mounts' }).filter({ hasText: '/data' }).filter({ hasText: 'web-facts' }).waitFor()
    const address = await a.docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'web-facts')
    await page.getByRole('region', { name: 'Networks' }).filter({ hasText: address }).waitFor()
    await page.getByRole('region', { name: 'Facts' }).filter({ hasText: 'port' }).waitFor()
    const environment = page.getByRole('region', { name: 'Environment' })
    assert.equal(await environment.getByText('harbour').count(), 0)
    await environment.getByRole('button', { name: /^Show/ }).click()
    await environment.getByText('<b>harbour</b>', { exact: true }).waitFor()
    await visitor.leave()
    await a.remove('web-facts')
    await a.docker('volume', 'rm', 'web-facts')
  },

  'stop, start, restart, pause, rename and remove act on the engine': async ({ browser, hub, a }) => {
    await a.run('web-page')
    const id = await a.id('web-page')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-page')
    const { page } = visitor
    const says = (word) => page.locator('header .state').filter({ hasText: word }).waitFor()
    await page.getByRole('button', { name: 'Stop web-page' }).click()
    await says('stopping …')
    await says('exited')
    assert.equal(await a.state(id), 'exited')
    await page.getByRole('button', { name: 'Start web-page' }).click()
    await says('running')
    const began = await a.docker('inspect', '-f', '{{.State.StartedAt}}', id)
    await page.getByRole('button', { name: 'Restart web-page' }).click()
    await until('a new start', async () => (await a.docker('inspect', '-f', '{{.State.StartedAt}}', id)) !== began)
    await says('running')
    await visitor.choose('web-page', 'Pause')
    await says('paused')
    await page.getByRole('button', { name: 'Let web-page go on' }).click()
    await says('running')
    await visitor.choose('web-page', 'Rename')
    await page.getByRole('alertdialog').getByLabel('New name').fill('web-page-2')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'web-page-2', exact: true }).waitFor()
    a.made.add('web-page-2').delete('web-page')
    assert.equal(await a.id('web-page-2'), id)
    await visitor.choose('web-page-2', 'Remove')
    await page.getByRole('alertdialog').filter({ hasText: 'web-page-2 · a' }).getByRole('button', { name: 'Remove' }).click()
    await says('removed')
    assert.equal((await a.names()).includes('web-page-2'), false)
    a.made.delete('web-page-2')
    await visitor.leave()
  },

  'its events are its own, live, and stay when it is gone': async ({ browser, hub, a }) => {
    await a.run('web-told')
    const id = await a.id('web-told')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-told', '/events')
    const rows = visitor.page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem')
    await rows.filter({ hasText: 'start' }).waitFor()
    await a.docker('kill', 'web-told')
    await rows.filter({ hasText: 'die' }).filter({ hasText: 'exit 137' }).waitFor()
    await a.remove('web-told')
    await rows.filter({ hasText: 'destroy' }).waitFor()
    const other = await Visitor.come(browser, hub.url)
    await other.enter(`/containers/a/${id}`)
    await other.page.getByRole('heading', { name: 'No such container' }).waitFor()
    await other.page.getByRole('listitem').filter({ hasText: 'exit 137' }).waitFor()
    await other.leave()
    await visitor.leave()
  },

  'inspect folds, is searched, and is copied': async ({ browser, hub, a }) => {
    await a.run('web-tree', '--label', 'web.deep=needle-in-it')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-tree', '/inspect')
    const { page } = visitor
    const tree = page.getByRole('region', { name: /All that the engine says/ })
    await tree.getByText('restart_count').waitFor()
    await page.getByRole('searchbox').fill('needle')
    await tree.locator('mark').filter({ hasText: 'needle' }).waitFor()
    assert.equal(await tree.getByText('restart_count').count(), 0)
    assert.match(page.url(), /q=needle/)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Fold all', exact: true }).click()
    await until('a folded tree', async () => !(await tree.getByText('needle-in-it').isVisible()))
    await page.getByRole('button', { name: 'Unfold all' }).click()
    await tree.getByText('needle-in-it').waitFor()
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy all' }).click()
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    assert.equal(copied.config.labels['web.deep'], 'needle-in-it')
    await visitor.leave()
  },

  'stats show what was, what comes, and what happened': async ({ browser, hub, a }) => {
    await a.run('web-course', '-m', '64m')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-course', '/stats')
    const { page } = visitor
    await page.getByRole('img', { name: /^Memory.*64.0 MiB.*now Memory [\d.]+ (KiB|MiB)/ }).waitFor({ timeout: 30_000 })
    assert.equal(await page.getByRole('img').count(), 5)
    await page.getByRole('region', { name: 'What happened in this time' }).filter({ hasText: 'start' }).waitFor()
    await page.locator('.u-over').first().hover({ position: { x: 300, y: 40 } })
    await page.getByText(/^At \d/).waitFor()
    const crosses = await page.locator('.u-cursor-x').evaluateAll((all) => all.map((one) => one.style.transform))
    assert.equal(new Set(crosses).size, 1, 'one crosshair over all')
    await a.docker('kill', 'web-course')
    await page.getByRole('region', { name: 'What happened in this time' }).filter({ hasText: 'die, exit 137' }).waitFor()
    await visitor.leave()
  },

  'a viewer sees no action, no files and no secrets; a user nothing of others': async ({ browser, hub, a }) => {
    await a.run('web-private', '-e', 'SECRET=hunter2')
    for (const [username, role] of [['vic', 'viewer'], ['uma', 'user']]) {
      await hub.packet('user', { opt: 'create', username, password: 'another password', role })
    }
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-private', '', 'vic', 'another password')
    await visitor.page.getByRole('button', { name: /^Show/ }).click()
    await visitor.page.getByText('SECRET', { exact: true }).waitFor()
    assert.equal(await visitor.page.getByText('hunter2').count(), 0)
    assert.equal(await visitor.page.locator('header .actions button').count(), 0)
    assert.deepEqual(await visitor.page.getByRole('navigation', { name: 'Views of the container' }).getByRole('link').allTextContents(), ['Overview', 'Logs', 'Stats', 'Events', 'Inspect'])
    await visitor.leave()
    const other = await Visitor.come(browser, hub.url)
    await other.enter(`/containers/a/${await a.id('web-private')}`, 'uma', 'another password')
    await other.page.getByRole('heading', { name: 'No such container' }).waitFor()
    await other.leave()
  },
}
