// What a viewer and a user see: no button that would be refused, nothing of what is not theirs, on any screen.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

const secret = 'another password'

/** Verbs of packets that only read. */
const READS = new Set(['list', 'count', 'get', 'inspect', 'logs', 'stats', 'top', 'usage', 'files', 'histogram', 'watch', 'login', 'renew', 'ticket', 'df', 'history'])
/** Words on what changes something that is not one's own. */
const CHANGES = /^(Start|Stop|Restart|Pause|Let|Go on$|Kill|Remove|Rename|Pull|Add|New (?!token)|Upload|Edit|Test|Disable|Enable|Prune|Delete|Terminal|Open a)/

/** A person whose packets, and the hub's answers to them, are listened to. */
async function person({ browser, hub }, username, role) {
  await hub.packet('user', { opt: 'create', username, password: secret, role })
  const visitor = await Visitor.come(browser, hub.url)
  const heard = { said: [], asked: [], refused: [] }
  const hear = (text) => {
    heard.said.push(text)
    if (/"code":"forbidden"/.test(text)) heard.refused.push(text.slice(0, 300))
  }
  const ask = (text) => {
    const { type, data } = JSON.parse(text)
    if (data?.opt) heard.asked.push(`${type} ${data.opt}`)
  }
  visitor.page.on('response', async (response) => {
    if (new URL(response.url()).pathname === '/packet') hear(await response.text().catch(() => ''))
  })
  visitor.page.on('request', (request) => new URL(request.url()).pathname === '/packet' && ask(request.postData()))
  visitor.page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => typeof payload === 'string' && hear(payload))
    socket.on('framesent', ({ payload }) => typeof payload === 'string' && ask(payload))
  })
  await visitor.enter('/', username, secret)
  return { visitor, heard }
}

const word = (button) => button.evaluate((one) => (one.getAttribute('aria-label') ?? one.textContent).trim())

/** Presses every button of a screen, looks into every menu, answers every question with no; gives the words on them. */
async function pressAll(visitor, address, ready) {
  const { page } = visitor
  const found = new Set()
  await visitor.go(address)
  await page.locator(ready).first().waitFor()
  const buttons = page.locator('main button:visible:not(:disabled)')
  for (let i = 0; i < Math.min(await buttons.count(), 40); i++) {
    const button = buttons.nth(i)
    const said = await word(button).catch(() => '')
    if (said === '' || found.has(said) || /Download/.test(said)) continue
    found.add(said)
    await button.click({ timeout: 600 }).catch(() => undefined)
    for (const item of await page.getByRole('menuitem').all()) found.add(await word(item))
    for (const one of await page.locator('[role=dialog] button:visible, [role=alertdialog] button:visible').all()) found.add(await word(one))
    await page.keyboard.press('Escape')
    await page.locator('[role=menu], [role=dialog], [role=alertdialog]').first().waitFor({ state: 'detached', timeout: 2_000 }).catch(() => undefined)
    if (!page.url().endsWith(`#${address}`)) {
      await visitor.go(address)
      await page.locator(ready).first().waitFor()
    }
  }
  return [...found]
}

const screensOf = (place, other) => [
  ['/', 'article'], ['/containers', '[data-index], .empty'], ['/containers?group=owner', '.group, .empty'], ['/hosts', 'article'], ['/hosts/a', 'tr[data-row]'],
  ['/events?since=15m', 'h1'], [place, '#facts'], [`${place}/logs`, '.body .line'], [`${place}/stats`, 'h1'], [`${place}/events`, '[role=listitem]'],
  [`${place}/inspect`, 'details'], [`${place}/terminal`, 'h1'], [`${place}/files`, 'h1'], [`/logs?of=a/${place.slice(14)}&of=a/${other.slice(14)}`, 'h1'],
  ['/admin/users', 'h1'], ['/admin/invites', 'h1'], ['/admin/audit', 'h1'], ['/admin/settings', 'h1'], ['/hosts?new=host', 'article'],
]

const palette = async (page, search) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'find any' }).fill(search)
  const found = await page.getByRole('dialog').getByRole('option').allTextContents()
  await page.keyboard.press('Escape')
  return found.map((text) => text.trim())
}

const TALK = 'echo a word; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'

export const rights = {
  'a viewer sees no button that changes anything, on any screen': async (all) => {
    const { a, hub } = all
    await a.script('web-rights', TALK)
    await a.die('web-rights-dead', 3)
    const [place, dead] = [`/containers/a/${await a.id('web-rights')}`, `/containers/a/${await a.id('web-rights-dead')}`]
    const { visitor, heard } = await person(all, 'rights-viewer', 'viewer')
    for (const [address, ready] of [...screensOf(place, dead), [dead, '#facts']]) {
      const words = await pressAll(visitor, address, ready)
      assert.deepEqual(words.filter((one) => CHANGES.test(one) && !(address.startsWith('/events') && /^(Pause|Go on)$/.test(one))), [], address)
    }
    for (const search of ['stop web-rights', 'start web-rights', 'restart', 'host', 'user', 'invite']) {
      assert.deepEqual((await palette(visitor.page, search)).filter((one) => CHANGES.test(one)), [], search)
    }
    // Keys are buttons too.
    await visitor.go('/containers?q=web-rights')
    await visitor.row('web-rights').locator('a').first().waitFor()
    await visitor.page.keyboard.press('/')
    for (const key of ['ArrowDown', 's', 'r', 'Delete', 'x']) await visitor.page.keyboard.press(key)
    const bulk = await visitor.page.getByRole('region', { name: 'Selection' }).getByRole('button').allTextContents()
    assert.deepEqual(bulk.filter((one) => CHANGES.test(one.trim())), [])
    assert.equal(await visitor.page.getByRole('alertdialog').count(), 0)
    assert.deepEqual(heard.refused, [])
    assert.deepEqual(heard.asked.filter((one) => !READS.has(one.split(' ')[1])), [])
    await visitor.leave()
    await hub.packet('user', { opt: 'remove', username: 'rights-viewer' })
  },

  'a user sees nothing of others, and what is shown of their own works': async (all) => {
    const { a, b, hub } = all
    await a.script('web-own', TALK, '--label', 'quayside.owner=rights-user')
    await a.script('web-unseen-1', TALK)
    await b.die('web-unseen-2', 3)
    const id = await a.id('web-own')
    const [place, other] = [`/containers/a/${id}`, `/containers/a/${await a.id('web-unseen-1')}`]
    const { visitor, heard } = await person(all, 'rights-user', 'user')
    const { page } = visitor
    for (const [address, ready] of screensOf(place, other)) {
      if (address.endsWith('/terminal')) continue
      await pressAll(visitor, address, ready)
      assert.doesNotMatch(await page.locator('main').innerText(), /web-unseen/, address)
    }
    await a.docker('restart', '-t', '1', 'web-unseen-1')
    for (const tab of ['', '/logs', '/terminal', '/stats', '/files', '/events', '/inspect']) {
      await visitor.go(`${other}${tab}`)
      await page.getByRole('heading', { name: 'No such container' }).waitFor()
    }
    assert.deepEqual((await palette(page, 'unseen')).filter((one) => /unseen/.test(one)), [])
    // Not even on the wire.
    assert.deepEqual(heard.said.filter((text) => /web-unseen/.test(text)), [])
    assert.deepEqual(heard.refused, [])

    // All buttons were pressed, so it may stand as it likes.
    await a.docker('restart', '-t', '1', id)
    await visitor.go(place)
    const says = (state) => page.locator('header .state').filter({ hasText: state }).waitFor()
    const press = async (name, state, is) => {
      await page.getByRole('button', { name, exact: true }).click()
      await says(state)
      assert.equal(await a.state(id), is)
    }
    const choose = async (name, item, answer) => {
      await visitor.choose(name, item)
      if (answer) await page.getByRole('alertdialog').getByRole('button', { name: answer }).click()
    }
    await press('Stop web-own', 'exited', 'exited')
    await press('Start web-own', 'running', 'running')
    await choose('web-own', 'Pause')
    await says('paused')
    await press('Let web-own go on', 'running', 'running')
    await choose('web-own', 'Kill', 'Kill')
    await says('exited')
    await press('Start web-own', 'running', 'running')
    await visitor.go(`${place}/terminal`)
    await page.locator('.xterm-helper-textarea').first().waitFor({ state: 'attached' })
    await until('a prompt', async () => /[#$]/.test(await page.locator('.pane:not(.hidden) .xterm-rows').innerText()))
    await visitor.go(`${place}/files?path=%2Ftmp`)
    await page.locator('input[type=file]').setInputFiles({ name: 'own.txt', mimeType: 'text/plain', buffer: Buffer.from('mine') })
    await page.getByRole('button', { name: 'own.txt', exact: true }).waitFor()
    assert.equal(await a.inside('web-own', 'cat', '/tmp/own.txt'), 'mine')
    await visitor.go(place)
    await choose('web-own', 'Rename')
    await page.getByRole('alertdialog').getByLabel('New name').fill('web-own-2')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'web-own-2', exact: true }).waitFor()
    a.made.add('web-own-2').delete('web-own')
    await choose('web-own-2', 'Remove', 'Remove')
    await says('removed')
    assert.equal((await a.names()).includes('web-own-2'), false)
    a.made.delete('web-own-2')
    assert.deepEqual(heard.refused, [])
    assert.deepEqual(await page.locator('.problems li').allTextContents(), [])
    await visitor.leave()
    await hub.packet('user', { opt: 'remove', username: 'rights-user' })
  },
}
