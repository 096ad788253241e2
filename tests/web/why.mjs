// Why did it die? Answered from the container's page alone.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

async function answers({ browser, hub }, engine, name, words, { last, event, stats } = {}) {
  const visitor = await Visitor.come(browser, hub.url)
  await visitor.enterContainer(engine, name)
  const { page } = visitor
  await page.locator('header .why').filter({ hasText: words }).waitFor()
  if (last) await page.getByRole('region', { name: 'Its last words' }).filter({ hasText: last }).waitFor()
  if (event) await page.getByRole('listitem').filter({ hasText: event }).first().waitFor()
  if (stats) {
    await page.getByRole('link', { name: 'Stats' }).click()
    await page.getByRole('region', { name: 'What happened in this time' }).filter({ hasText: stats }).waitFor()
  }
  await visitor.leave()
}

const ended = (engine, name) => until(`${name} to end`, async () => (await engine.state(name)) === 'exited', 60)

export const why = {
  'why did it die: out of memory': async (all) => {
    await all.a.script('web-oom', 'echo last word; tail /dev/zero', '-m', '12m')
    await ended(all.a, 'web-oom')
    await answers(all, all.a, 'web-oom', 'Out of memory', { last: 'last word', event: 'oom', stats: 'oom' })
  },
  'why did it die: exit code 3': async (all) => {
    await all.a.script('web-three', 'echo "no configuration" >&2; exit 3')
    await ended(all.a, 'web-three')
    await answers(all, all.a, 'web-three', 'by itself with code 3', { last: 'no configuration', event: 'exit 3', stats: 'die, exit 3' })
  },
  'why did it die: killed by hand': async (all) => {
    await all.a.run('web-killed')
    await all.a.docker('kill', 'web-killed')
    await answers(all, all.a, 'web-killed', 'Killed from outside with SIGKILL', { event: 'kill', stats: 'kill' })
  },
  'why did it not start: what it should run is missing': async (all) => {
    await all.a.create('web-nothing', '/no/such/program')
    await all.a.docker('start', 'web-nothing').catch(() => undefined)
    await answers(all, all.a, 'web-nothing', '/no/such/program', { event: 'create' })
  },
  'its image is missing': async (all) => {
    const { a } = all
    await a.docker('tag', 'busybox', 'web-short-lived:1')
    await a.run('web-base')
    await a.docker('commit', 'web-base', 'web-short-lived:2')
    a.made.add('web-imageless')
    await a.docker('run', '-d', '--name', 'web-imageless', 'web-short-lived:2', 'sh', '-c', 'exit 4')
    await ended(a, 'web-imageless')
    await a.docker('rmi', '-f', 'web-short-lived:1', 'web-short-lived:2')
    const visitor = await Visitor.come(all.browser, all.hub.url)
    await visitor.enterContainer(a, 'web-imageless')
    await visitor.page.getByRole('region', { name: 'Facts' }).filter({ hasText: 'Its image is not on the host any more' }).waitFor()
    await visitor.leave()
  },

  'why does it not answer: its host is gone': async (all) => {
    const { b, hub, browser } = all
    await b.run('web-abroad')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(b, 'web-abroad')
    const { page } = visitor
    await b.kill()
    try {
      const why = page.locator('header .why').filter({ hasText: 'Host b is away for' })
      await why.locator('.mono').filter({ hasText: /\w/ }).waitFor()
      await page.locator('header .state').filter({ hasText: 'was running' }).waitFor()
      assert.equal(await page.locator('header .actions button').count(), 0)
      await visitor.go('/containers?host=b')
      await visitor.rowSays('web-abroad', 'was running')
      await page.goBack()
      await why.waitFor()
      // Who comes only now is told the same, but for what was.
      await page.reload()
      await page.getByRole('heading', { name: 'Host b does not answer' }).waitFor()
    } finally {
      await b.start()
    }
    await page.locator('header .why').filter({ hasText: 'Host b' }).waitFor({ state: 'detached', timeout: 60_000 })
    await visitor.leave()
  },
}
