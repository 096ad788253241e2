// Terminals in the page, on a real engine: typed into, reloaded, cut off, watched, ended.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Middle } from './between.mjs'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

/** A person at a terminal. */
class Typist {
  static async sit(visitor, engine, name, address = '') {
    const typist = new Typist()
    const id = await engine.docker('inspect', '-f', '{{.Id}}', name)
    Object.assign(typist, { visitor, page: visitor.page, path: `/containers/${engine.name}/${id.slice(0, 12)}/terminal` })
    await visitor.enter(`${typist.path}${address}`)
    await typist.says(/[#$] $/)
    return typist
  }

  get input() {
    return this.page.locator('.pane:not(.hidden) .xterm-helper-textarea')
  }

  async screen() {
    const rows = await this.page.locator('.pane:not(.hidden) .xterm-rows > div').allTextContents()
    return rows.map((row) => row.replaceAll('\u00a0', ' ')).join('\n').trimEnd() + ' '
  }

  async says(words) {
    const said = (text) => (typeof words === 'string' ? text.includes(words) : words.test(text))
    let seen = ''
    await until(`${words} on the screen`, async () => said((seen = await this.screen()))).catch((error) => {
      throw new Error(`${error.message}, which has:\n${seen}`)
    })
  }

  async type(line) {
    await this.input.focus()
    await this.page.keyboard.type(line)
    await this.page.keyboard.press('Enter')
  }

  /** What begins a line of the screen with this word and a number. */
  async counted(word) {
    return [...(await this.screen()).matchAll(new RegExp(`^${word}-(\\d+)`, 'gm'))].map(([, n]) => Number(n))
  }
}

/** Counts slowly, so that something can happen in the middle of it. */
const count = (word, to) => `clear; i=0; while [ $i -lt ${to} ]; do i=$((i+1)); echo ${word}-$i; usleep 100000; done`
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1)

async function come(all, name, url = all.hub.url, more = {}) {
  if (!all.a.made.has(name)) await all.a.run(name)
  const visitor = await Visitor.come(all.browser, url, more)
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin })
  return visitor
}

export const terminal = {
  'terminal: type, reload in the middle of output, and go on': async (all) => {
    const visitor = await come(all, 'web-term')
    const typist = await Typist.sit(visitor, all.a, 'web-term')
    await typist.type('echo from-$((40+2))')
    await typist.says('from-42')
    await typist.type(count('before', 25))
    await typist.says('before-5')
    await visitor.page.reload()
    await typist.says('before-25')
    assert.deepEqual(await typist.counted('before'), upTo(25))
    await typist.type('echo here-$((1+1)) again')
    await typist.says('here-2 again')
    // Every key is the program's: neither the search of the page nor its list of keys is opened.
    await typist.input.focus()
    await visitor.page.keyboard.type('/?gc')
    await typist.says('/?gc')
    assert.equal(await visitor.page.locator('dialog[open]').count(), 0)
    await visitor.leave()
  },

  'terminal: a socket that is cut in the middle of output loses and doubles nothing': async (all) => {
    const middle = new Middle()
    await middle.start(all.hub.port)
    const visitor = await come(all, 'web-term-cut', middle.url)
    const typist = await Typist.sit(visitor, all.a, 'web-term-cut')
    await typist.type(count('cut', 30))
    await typist.says('cut-3')
    middle.cutSockets()
    await visitor.page.locator('.strip').filter({ hasText: /connection is gone|need a WebSocket/ }).waitFor()
    await visitor.connectedBy('SSE')
    await visitor.page.locator('.strip').filter({ hasText: 'connected by SSE' }).waitFor()
    middle.sockets = true
    await visitor.page.locator('.strip').getByRole('button', { name: 'Try now' }).click()
    await typist.says('cut-30')
    assert.deepEqual(await typist.counted('cut'), upTo(30))
    await visitor.page.locator('.strip').waitFor({ state: 'detached' })
    await typist.type('echo went-$((2+2)) on')
    await typist.says('went-4 on')
    await visitor.leave()
    middle.stop()
  },

  'terminal: a second window watches and cannot type, and both say who is there': async (all) => {
    const visitor = await come(all, 'web-term-share')
    const typist = await Typist.sit(visitor, all.a, 'web-term-share')
    await typist.type('echo shown-$((3+3))')
    await visitor.page.getByRole('button', { name: 'Share', exact: true }).click()
    const link = new URL(await visitor.page.getByLabel('Read-only link').inputValue())
    await visitor.page.keyboard.press('Escape')
    const other = await come(all, 'web-term-share', all.hub.url, { width: 900, height: 500, theme: 'dark' })
    const watcher = await Typist.sit(other, all.a, 'web-term-share', link.hash.slice(link.hash.indexOf('?')))
    await watcher.says('shown-6')
    await visitor.page.getByRole('button', { name: '2 here' }).waitFor()
    await other.page.getByRole('button', { name: '2 here' }).waitFor()
    await watcher.type('echo not-$((1+1))')
    await other.page.getByText('You only look').waitFor()
    await typist.type('echo typed-$((4+4))')
    await watcher.says('typed-8')
    assert.doesNotMatch(await watcher.screen(), /not-/)
    // The smaller window is the session's, and one that leaves gives its size back.
    await visitor.page.locator('.smaller').waitFor()
    await other.leave()
    await visitor.page.locator('.smaller').waitFor({ state: 'detached' })
    await visitor.leave()
  },

  'terminal: a paste of several lines asks first, and a long one arrives whole': async (all) => {
    const visitor = await come(all, 'web-term-paste')
    const typist = await Typist.sit(visitor, all.a, 'web-term-paste')
    const { page } = visitor
    const paste = async (text) => {
      await typist.input.focus()
      await page.evaluate((text) => navigator.clipboard.writeText(text), text)
      await page.keyboard.press('Control+Shift+V')
    }
    await paste('echo one-$((1+0))\necho two-$((1+1))\n')
    await page.locator('dialog[open]').filter({ hasText: 'Paste 2 lines?' }).filter({ hasText: 'echo two-' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    assert.doesNotMatch(await typist.screen(), /one-1/)
    await paste('echo one-$((1+0))\necho two-$((1+1))\n')
    await page.getByRole('button', { name: 'Paste', exact: true }).click()
    await typist.says('two-2')
    const long = Array.from({ length: 25_000 }, (_, i) => `line ${i} of a long paste, with words`).join('\n') + '\n'
    await typist.type('stty -echo; cat > /tmp/pasted; stty echo; echo got-$((0+7))')
    await paste(long)
    await page.getByRole('button', { name: 'Paste', exact: true }).click()
    await until('the paste to arrive', async () => {
      const size = await all.a.docker('exec', 'web-term-paste', 'stat', '-c', '%s', '/tmp/pasted')
      return Number(size) >= long.length
    }, 60)
    await page.keyboard.press('Control+d')
    await typist.says('got-7')
    assert.equal((await all.a.docker('exec', 'web-term-paste', 'cat', '/tmp/pasted')) + '\n', long)
    await visitor.leave()
  },

  'terminal: search finds what is there, never at the cost of the page, and a selection is copied': async (all) => {
    const visitor = await come(all, 'web-term-search')
    const typist = await Typist.sit(visitor, all.a, 'web-term-search')
    const { page } = visitor
    await typist.type(`clear; seq 1200 1209; echo ${'a'.repeat(60)}! '(a+)+$' the-last-$((5+5))`)
    await typist.says('the-last-10')
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.type('120')
    await page.locator('.search').filter({ hasText: '10 of 10' }).waitFor()
    await page.getByLabel('Search in the terminal').press('Enter')
    await page.locator('.search').filter({ hasText: '9 of 10' }).waitFor()
    // As an expression this would take for ever on those letters; here it is the text that it is.
    await page.getByLabel('Search in the terminal').fill('(a+)+$')
    await page.locator('.search').filter({ hasText: '1 of 1' }).waitFor()
    await page.getByLabel('Search in the terminal').press('Escape')
    const last = page.locator('.pane:not(.hidden) .xterm-rows > div').filter({ hasText: 'the-last-10' })
    const { x, y } = await last.boundingBox()
    await page.mouse.dblclick(x + 12, y + 6)
    await until('the copy', async () => (await page.evaluate(() => navigator.clipboard.readText())) === `${'a'.repeat(60)}!`)
    await typist.type('exit')
    await visitor.leave()
  },

  'terminal: the end is told with its code in words, and the same is opened again': async (all) => {
    const visitor = await come(all, 'web-term-end')
    const typist = await Typist.sit(visitor, all.a, 'web-term-end')
    const { page } = visitor
    await typist.type('exit 3')
    await page.locator('.strip').filter({ hasText: 'Ended with 3' }).waitFor()
    await page.getByRole('button', { name: 'Open again' }).click()
    await typist.says(/[#$] $/)
    await page.getByRole('button', { name: 'New terminal' }).click()
    await page.getByLabel('Shell').selectOption('other')
    await page.getByLabel('Command').fill('sh -c "echo hello; nothing-of-that-name"')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.locator('.strip').filter({ hasText: 'Ended with 127' }).filter({ hasText: 'not found' }).waitFor()
    await page.locator('.strip').getByRole('button', { name: 'Close' }).click()
    await typist.says(/[#$] $/)
    await all.a.docker('stop', '-t', '1', 'web-term-end')
    await page.locator('.strip').filter({ hasText: 'Ended with' }).waitFor()
    await page.getByText('web-term-end does not run').waitFor()
    await visitor.leave()
  },

  'terminal: a main process that was joined is joined again, also after a reload': async (all) => {
    const main = 'while read -r line; do [ "$line" = stop ] && exit 4; echo "$$ has $line"; done'
    await all.a.script('web-term-main', main, '-it')
    const visitor = await come(all, 'web-term-main')
    const typist = await Typist.sit(visitor, all.a, 'web-term-main')
    const { page } = visitor
    await page.getByRole('button', { name: 'New terminal' }).click()
    await page.getByRole('button', { name: 'Attach to the main process' }).click()
    await page.locator('.pane:not(.hidden) .xterm-rows').waitFor()
    await typist.type('one')
    await typist.says(/^1 has one/m)
    await page.reload()
    await typist.says(/^1 has one/m)
    await typist.type('stop')
    await page.locator('.pane:not(.hidden) .strip').filter({ hasText: 'Ended with 4' }).waitFor()
    await all.a.docker('start', 'web-term-main')
    await page.getByRole('button', { name: 'Open again' }).click()
    await page.locator('.pane:not(.hidden) .strip').waitFor({ state: 'detached' })
    await typist.type('two')
    // Its command, started beside it, would have another number.
    await typist.says(/^1 has two/m)
    await visitor.leave()
  },

  'terminal: a shell and a user are chosen': async (all) => {
    const visitor = await come(all, 'web-term-user')
    const typist = await Typist.sit(visitor, all.a, 'web-term-user')
    const { page } = visitor
    await page.getByRole('button', { name: 'New terminal' }).click()
    await page.getByLabel('Shell').selectOption('/bin/sh')
    await page.getByRole('textbox', { name: 'User' }).fill('nobody')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await typist.says(/\$ $/)
    await typist.type('echo $0 of $(id -un)')
    await typist.says('/bin/sh of nobody')
    assert.match(await all.a.docker('top', 'web-term-user', '-eo', 'pid,user,args'), /(nobody|65534) +\/bin\/sh/)
    await visitor.leave()
  },

  'terminal: a tab that is closed ends what ran in it': async (all) => {
    const visitor = await come(all, 'web-term-close')
    const typist = await Typist.sit(visitor, all.a, 'web-term-close')
    await typist.type('sleep 4242')
    const runs = async () => (await all.a.docker('top', 'web-term-close')).includes('sleep 4242')
    await until('the command to run', runs)
    await visitor.page.getByRole('button', { name: /^Close / }).click()
    await visitor.page.getByRole('button', { name: 'End it' }).click()
    await until('the command to end', async () => !(await runs()))
    assert.doesNotMatch(visitor.page.url(), /session=/)
    await visitor.leave()
  },

  ...Object.fromEntries(
    [1440, 390].flatMap((width) =>
      ['light', 'dark'].map((theme) => [
        `terminal: looks at ${width} px, ${theme}`,
        async (all) => {
          const visitor = await come(all, 'web-term-look', all.hub.url, { width, height: width < 500 ? 844 : 900, theme })
          const typist = await Typist.sit(visitor, all.a, 'web-term-look')
          const { page } = visitor
          await typist.type('ls --color=always -la /; printf "\\033]0;a <b>title</b>\\007"; echo drawn-$((1+1))')
          await typist.says('drawn-2')
          await page.getByRole('button', { name: 'a <b>title</b>', exact: true }).waitFor()
          const keep = async (name) => {
            await page.screenshot({ path: join(all.artefacts, `${name}-${width}-${theme}.png`) })
            assert.deepEqual(await visitor.violations(), [], name)
            assert((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${name} is too wide`)
          }
          await keep('terminal')
          if (width < 500) {
            await typist.input.focus()
            await page.keyboard.type('sleep 77')
            await page.keyboard.press('Enter')
            await page.getByRole('button', { name: 'Ctrl', exact: true }).tap()
            await page.keyboard.type('c')
            await typist.says('^C')
            await page.getByRole('button', { name: 'Up', exact: true }).tap()
            await typist.says(/[#$] sleep 77 $/)
          }
          await page.getByRole('button', { name: 'New terminal' }).click()
          await keep('terminal-new')
          await page.keyboard.press('Escape')
          await page.getByRole('button', { name: 'Options' }).click()
          await keep('terminal-options')
          await visitor.leave()
        },
      ]),
    ),
  ),
}
