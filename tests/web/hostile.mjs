// What others chose to call things: markup, schemes, marks that turn text, controls, 10 KB of one letter. On every
// screen it is text, breaks no layout, runs nothing and leads nowhere.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Visitor } from './browser.mjs'
import { password } from './hub.mjs'
import { until } from './wait.mjs'

const MARKUP = '<img src="//hostile.test/x" onerror="window.ran=1"><script>window.ran=1</script>'
/** The same where no slash may stand. */
const FILE = '<img src=x onerror=window.ran=1>'
const SCHEME = 'javascript:window.ran=1'
/** Turns what follows to the left, hides in between, and never turns back. */
const TURNED = 'in\u202egpj.exe\u2066\u200f\u200b\u0301out'
const CONTROLS = 'bell\u0007 back\u0008\u001b[2J\u001b[31mred\u009b0m'
const LONG = 'a'.repeat(10_240)
/** A link and a title and a clipboard, as a terminal is told of them. */
const OSC = `\u001b]8;;${SCHEME}\u0007press me\u001b]8;;\u0007\u001b]0;${MARKUP}${TURNED}\u0007\u001b]52;c;aG9zdGlsZQ==\u0007`

const LINES = { LONG, JSON: JSON.stringify({ [MARKUP]: [TURNED, { [SCHEME]: LONG }] }), MARKUP, SCHEME, TURNED, CONTROLS, OSC }
const FILES = [FILE, SCHEME, TURNED, 'bell\u0007 and\ntwo lines', 'a'.repeat(250)]

const labels = {
  'com.docker.compose.project': `${MARKUP}${TURNED}`, 'quayside.owner': MARKUP, 'web.url': SCHEME, 'web.turned': TURNED, 'web.controls': CONTROLS,
  'web.long': LONG, [`<b>${'k'.repeat(2_000)}</b>`]: '', [`web.${TURNED}`]: 'key',
}
const environment = { ...LINES, '<script>window.ran=1</script>': TURNED }
const options = [
  ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ...Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
  '-w', `/${FILE}`,
]
const SPEAK = 'for one in "$LONG" "$JSON" "$MARKUP" "$SCHEME" "$TURNED" "$CONTROLS" "$OSC"; do echo "$one"; echo "$one" >&2; done'
const LIVE = `${SPEAK}; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done # ${MARKUP}${LONG}`
/** As long as an engine lets a name be and a page must bear. */
const NAME = `web-hostile-${'n'.repeat(1_000)}`

async function populate({ a, b, hub }) {
  await a.script('web-hostile', LIVE, ...options)
  await a.script(NAME, LIVE, ...options)
  await b.script('web-hostile-died', `${SPEAK}; exit 3`, ...options)
  a.made.add('web-hostile-never')
  await a.docker('create', '--name', 'web-hostile-never', '--network', 'none', 'busybox', `/${MARKUP}${TURNED}${LONG}`)
  // Started by the hub, which knows at once that it failed: an engine tells nobody.
  await until('the hub to know it', async () => {
    const error = await hub.packet('container', { opt: 'start', host: 'a', container: 'web-hostile-never' }).catch((error) => error)
    return !/not_found|no container|no such container/i.test(`${error?.code} ${error?.message}`)
  })
  for (const name of FILES) await a.inside('web-hostile', 'sh', '-c', 'mkdir -p /srv; echo x >"/srv/$0"', name)
  // What is run in a container becomes an event of that name.
  for (const word of [MARKUP, TURNED, CONTROLS, LONG]) await a.inside('web-hostile', 'sh', '-c', ': "$0"', word)
  const users = [['web-hostile-1', `${MARKUP}${TURNED}`], ['web-hostile-2', CONTROLS]]
  for (const [username, full_name] of users) {
    await hub.packet('user', { opt: 'create', username, password: 'another password', role: 'viewer', full_name: full_name.slice(0, 128) }).catch(() => undefined)
  }
  // Names that were tried stand in the audit log, and a browser calls itself what it likes.
  for (const username of [MARKUP, TURNED, SCHEME, 'a'.repeat(1_000)]) await hub.post('auth', { opt: 'login', username, password: 'x' }).catch(() => undefined)
  await hub.post('auth', { opt: 'login', username: 'admin', password }, { 'User-Agent': `${MARKUP}${LONG.slice(0, 2_000)}` })
  await hub.packet('container', { opt: 'rename', host: 'a', container: MARKUP, name: MARKUP }).catch(() => undefined)
  await hub.packet('token', { opt: 'create', name: MARKUP.slice(0, 60) }).catch(() => undefined)
}

/** Nothing ran, nothing was made of it, no link leads anywhere but by http, and nothing is wider than the window. */
async function sound(visitor, name) {
  const found = await visitor.page.evaluate(() => {
    const bad = []
    if (window.ran !== undefined) bad.push('it ran')
    for (const one of document.querySelectorAll('body img, body script[src*=hostile], body iframe, [onerror], body b:not([class])')) bad.push(`made an element: ${one.outerHTML.slice(0, 80)}`)
    // No mark turns what is beside it: a name reads as it is spelled.
    const turned = document.body.innerText.search(/[\u202a-\u202e\u2066-\u2069\u200b\u200f]/)
    if (turned >= 0 && !document.querySelector('.xterm')) bad.push(`turned: ${document.body.innerText.slice(Math.max(0, turned - 40), turned + 20)}`)
    for (const one of document.links) if (!['http:', 'https:', 'blob:'].includes(one.protocol)) bad.push(`leads to ${one.href.slice(0, 80)}`)
    for (const one of [document.documentElement, document.querySelector('main'), ...document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu], .problems')]) {
      const more = one === null ? 0 : one.scrollWidth - one.clientWidth
      if (more > 0) bad.push(`${one.localName}.${one.className} is ${more} px too wide`)
    }
    return bad
  })
  visitor.faults.push(...found.map((one) => `${name}: ${one}`))
}

const WIDTHS = [[1440, 900], [390, 844]]

async function look({ artefacts }, visitor, name, { keep = true } = {}) {
  for (const [width, height] of WIDTHS) {
    await visitor.page.setViewportSize({ width, height })
    await visitor.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    if (keep) await visitor.page.screenshot({ path: join(artefacts, `hostile-${name}-${width}.png`) })
    await sound(visitor, `${name} at ${width} px`)
  }
  await visitor.page.setViewportSize({ width: 1440, height: 900 })
}

/** Comes with an ear for what goes elsewhere. */
async function come({ browser, hub }, theme) {
  const visitor = await Visitor.come(browser, hub.url, { theme })
  visitor.page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(hub.url).host && !request.url().startsWith('blob:')) visitor.faults.push(`asked for ${request.url()}`)
  })
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: hub.url })
  return visitor
}

export const hostile = {
  'hostile names, labels, lines and files are text on every screen': async (all) => {
    const { a, b, hub } = all
    await populate(all)
    const visitor = await come(all, 'light')
    const { page } = visitor
    await visitor.enter('/')
    const shows = (text) => page.locator('main').getByText(text, { exact: false }).first().waitFor()
    const at = async (name, address, ready) => {
      await visitor.go(address)
      await (typeof ready === 'function' ? ready() : page.locator(ready).first().waitFor())
      await look(all, visitor, name)
    }
    const on = async (engine, name, tab = '') => `/containers/${engine.name}/${await engine.id(name)}${tab}`

    await at('overview', '/', () => page.getByRole('link', { name: 'web-hostile-never' }).first().waitFor())
    await at('containers', '/containers?q=web-hostile', '[data-index]')
    await at('projects', '/containers?group=project', () => page.locator('.group').filter({ hasText: '<img src=' }).waitFor())
    await at('owners', '/containers?group=owner', '.group')
    await at('search', `/containers?${new URLSearchParams({ q: MARKUP, host: MARKUP, state: LONG })}`, 'h1')
    await at('no-container', `/containers/${encodeURIComponent(FILE)}/${encodeURIComponent(FILE)}`, 'h1')
    await at('no-host', `/hosts/${encodeURIComponent(FILE + TURNED)}`, 'h1, .empty')
    await at('facts', await on(a, 'web-hostile'), () => shows(SCHEME))
    await page.getByRole('button', { name: /^Show \d+ variables/ }).click()
    await shows('<script>window.ran=1</script>')
    await look(all, visitor, 'environment')
    await at('long-name', await on(a, NAME), '#facts')
    await at('died', await on(b, 'web-hostile-died'), () => page.getByRole('region', { name: 'Its last words' }).filter({ hasText: SCHEME }).waitFor())
    await at('never', await on(a, 'web-hostile-never'), () => page.locator('header .why').filter({ hasText: '<img src=' }).waitFor())
    await at('logs', await on(a, 'web-hostile', '/logs'), () => page.getByRole('log').getByText('press me').first().waitFor())
    await at('logs-unwrapped', await on(a, 'web-hostile', '/logs?wrap=0'), () => page.getByRole('log').getByText('press me').first().waitFor())
    await at('logs-json', await on(a, 'web-hostile', '/logs?q=window&only=1'), () => page.getByRole('button', { name: 'Fold the JSON out' }).first().click())
    await at('merged', `/logs?of=a/${await a.id('web-hostile')}&of=b/${await b.id('web-hostile-died')}&of=a/${await a.id(NAME)}`, '.line')
    await at('files', await on(a, 'web-hostile', '/files?path=%2Fsrv'), () => page.getByRole('button', { name: FILE, exact: true }).waitFor())
    await at('stats', await on(a, NAME, '/stats'), '.uplot')
    await at('container-events', await on(a, 'web-hostile', '/events'), '[role=listitem]')
    await at('inspect', await on(a, 'web-hostile', '/inspect'), 'details')
    await at('events', '/events?since=15m&container=web-hostile', () => page.getByRole('listitem').filter({ hasText: '<img src=' }).first().waitFor())
    await at('me', '/me', 'tr[data-row]')
    await at('users', '/admin/users?q=web-hostile', 'tr[data-row]')
    await at('audit', '/admin/audit', () => page.locator('tr[data-row]').filter({ hasText: '<img src=' }).first().waitFor())
    await at('audit-of', `/admin/audit?${new URLSearchParams({ who: MARKUP })}`, 'h1')

    await visitor.go('/containers?q=web-hostile')
    await visitor.row('web-hostile').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'find any' }).fill('web-hostile')
    await page.getByRole('dialog').getByRole('option').first().waitFor()
    await look(all, visitor, 'palette')
    await page.keyboard.press('Escape')
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).click()
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('alertdialog').waitFor()
    await look(all, visitor, 'question')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    // What the engine answers has the name in it, and stays until it is read.
    await visitor.go(await on(a, 'web-hostile'))
    await visitor.choose('web-hostile', 'Rename')
    await page.getByRole('alertdialog').getByLabel('New name').fill(MARKUP + TURNED)
    await page.keyboard.press('Enter')
    await page.locator('.problems li').first().waitFor()
    await look(all, visitor, 'problem')
    await visitor.leave()
  },

  'what a program writes to a terminal names its tab, and does no more': async (all) => {
    const { a } = all
    await a.script('web-hostile', LIVE, ...options)
    const visitor = await come(all, 'dark')
    const { page } = visitor
    await visitor.enter(`/containers/a/${await a.id('web-hostile')}/terminal`)
    const screen = page.locator('.pane:not(.hidden) .xterm-rows')
    await until('a prompt', async () => /[#$]/.test(await screen.innerText()))
    await page.evaluate(() => navigator.clipboard.writeText('mine'))
    for (const line of ['echo "$OSC"', 'echo "$MARKUP"; echo "$TURNED"', 'printf "\\033]0;$LONG\\007"; echo "$LONG" | cut -c1-99; echo said-$((1+1))']) {
      await page.keyboard.type(line)
      await page.keyboard.press('Enter')
      if (line.includes('OSC')) await page.getByRole('button', { name: /^<img src="\/\/hostile/ }).waitFor()
    }
    await until('all of it', async () => (await screen.innerText()).includes('said-2'))
    await page.getByRole('button', { name: /^a{100,120}$/ }).waitFor()
    // Pressed as one presses a link there, on what it leads to and beside it.
    const { x, y, height } = await page.locator('.pane:not(.hidden) .xterm-rows > div').filter({ hasText: /^press.me/ }).first().boundingBox()
    await page.keyboard.down('Control')
    await page.mouse.click(x + 20, y + height / 2)
    await page.keyboard.up('Control')
    assert.equal(visitor.context.pages().length, 1, 'no window was opened')
    await look(all, visitor, 'terminal')
    await visitor.leave()
  },
}
