// Logs: opened at the end, followed, left, searched, read back to the beginning, merged, taken home.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

const log = (page) => page.getByRole('log')
const line = (page, text) => log(page).locator('.text').filter({ hasText: text })
/** Writes to the output of a container's first process, whose input is a pipe that it prints. */
const say = (engine, name, text) => engine.docker('exec', name, 'sh', '-c', `printf '%s\\n' "$0" >/proc/1/fd/1`, text)
const QUIET = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'

export const logs = {
  'a log follows, stops when it is scrolled, and says what is new': async ({ browser, hub, a }) => {
    await a.script('web-talk', `i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; ${QUIET}`)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-talk', '/logs')
    const { page } = visitor
    await line(page, /^line 300$/).waitFor()
    await say(a, 'web-talk', 'first of the live ones')
    await line(page, 'first of the live ones').waitFor()
    await log(page).hover()
    await page.mouse.wheel(0, -1500)
    await page.getByRole('button', { name: 'To the newest' }).waitFor()
    const first = () => log(page).locator('.text').first().textContent()
    let before = ''
    await until('the wheel has come to rest', async () => {
      const last = before
      before = await first()
      return before === last
    })
    await say(a, 'web-talk', 'while you read 1')
    await say(a, 'web-talk', 'while you read 2')
    await page.getByRole('button', { name: '2 new' }).waitFor()
    assert.equal(await first(), before, 'the lines stand still')
    await page.getByRole('button', { name: '2 new' }).click()
    await line(page, 'while you read 2').waitFor()
    await a.docker('restart', '-t', '1', 'web-talk')
    await until('the second run', async () => (await log(page).locator('.text').filter({ hasText: /^line 300$/ }).count()) >= 1)
    await say(a, 'web-talk', 'after the restart')
    await line(page, 'after the restart').waitFor()
    await visitor.leave()
  },

  'markup, colours and controls in lines are text': async ({ browser, hub, a }) => {
    const script = String.raw`printf '\033[31mred\033[0m \033[38;2;1;2;3mnight\033[0m\n'; printf '<script>alert(1)</script><img src=x onerror=alert(2)>\n'; printf 'turn \342\200\256 back \033]0;title\007 end\n'; printf '10%%\r50%%\r100%% done\n'; i=0; while [ $i -lt 10 ]; do i=$((i+1)); printf '%01000d' 0; done; echo; echo '{"deep":{"inside":"treasure"}}'; echo problem >&2;`
    await a.script('web-odd', `${script} ${QUIET}`)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-odd', '/logs')
    const { page } = visitor
    await page.getByRole('button', { name: 'Fold the JSON out' }).click()
    await log(page).locator('.json').getByText('treasure').waitFor()
    assert.deepEqual(await visitor.violations(), [])
    await log(page).focus()
    await page.keyboard.press('Home')
    await line(page, '<script>alert(1)</script><img src=x onerror=alert(2)>').waitFor()
    await log(page).locator('.ansi-1').filter({ hasText: /^red$/ }).waitFor()
    await line(page, 'turn ⟨202E⟩ back  end').waitFor()
    await line(page, /^100% done$/).waitFor()
    assert.deepEqual(await visitor.violations(), [])
    await page.getByLabel('Output').selectOption('stderr')
    await until('only stderr', async () => (await log(page).locator('.text').allTextContents()).join() === 'problem')
    await visitor.leave()
  },

  'a search marks, counts, goes from match to match, and takes expressions': async ({ browser, hub, a }) => {
    await a.script('web-search', `i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo "request $i took $((i%7)) ms"; done; ${QUIET}`)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-search', '/logs')
    const { page } = visitor
    await line(page, 'request 500 ').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('request 12')
    await page.getByText('11 found').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('11 of 11').waitFor()
    await line(page, 'request 129 ').waitFor()
    await log(page).locator('.here mark').filter({ hasText: 'request 12' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('10 of 11').waitFor()
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('took [56] ms')
    await page.getByText('142 found').waitFor()
    await page.getByRole('searchbox').fill('took [56')
    await page.getByText('Not a regular expression').waitFor()
    await page.getByRole('searchbox').fill('^request (7|8) ')
    await page.getByRole('button', { name: 'Only lines that match' }).click()
    await until('only those', async () => (await log(page).locator('.text').count()) === 2)
    const address = page.url()
    await page.reload()
    await until('the same after a reload', async () => (await log(page).locator('.text').count()) === 2)
    assert.equal(page.url(), address)
    await visitor.leave()
  },

  'an expression that explodes is stopped, and the page goes on': async ({ browser, hub, a }) => {
    const script = `i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "request $i"; done; printf '%03000d!\\n' 0 | tr 0 a; echo the end; ${QUIET}`
    await a.script('web-explode', script)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-explode', '/logs')
    const { page } = visitor
    await line(page, /^the end$/).waitFor()
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await page.getByRole('searchbox').fill('(a+)+$')
    // On the page itself it would go on for longer than anybody lives.
    await page.getByText('Takes too long').waitFor()
    await say(a, 'web-explode', 'still alive')
    await line(page, /^still alive$/).waitFor()
    await page.getByRole('searchbox').fill('request \\d{3}$')
    await page.getByText('201 found').waitFor()
    await visitor.leave()
  },

  'a log of 30,000 lines is read back to the beginning, and downloaded whole': async ({ browser, hub, a }) => {
    await a.script('web-long', `i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo line $i; done; ${QUIET}`)
    const visitor = await Visitor.come(browser, hub.url)
    const name = await a.id('web-long')
    await until('all lines', async () => (await a.docker('logs', '--tail', '1', name)) === 'line 30000')
    await visitor.enterContainer(a, 'web-long', '/logs')
    const { page } = visitor
    await line(page, /^line 30000$/).waitFor()
    await log(page).focus()
    await until('the beginning', async () => {
      await page.keyboard.press('Home')
      return (await page.getByText('The beginning of the log').count()) > 0
    }, 60)
    await until('the first line', async () => {
      await page.keyboard.press('Home')
      return (await line(page, /^line 1$/).count()) === 1
    })
    await page.getByText('30,000 lines').waitFor()
    await page.keyboard.press('End')
    await line(page, /^line 30000$/).waitFor()
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    const text = await readFile(await (await coming).path(), 'utf8')
    const lines = text.trimEnd().split('\n')
    assert.equal(lines.length, 30_000)
    assert.match(lines[0], /^\d{4}-\S+Z line 1$/)
    assert.match(lines.at(-1), /Z line 30000$/)
    await visitor.leave()
  },

  'times, wrap and since stand in the address, and change what is shown': async ({ browser, hub, a }) => {
    await a.script('web-since', `echo old; ${QUIET}`)
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-since', '/logs')
    const { page } = visitor
    await line(page, /^old$/).waitFor()
    const shown = async () => [await log(page).locator('time').count(), await log(page).locator('.line.wrap').count()].map((n) => n > 0)
    assert.deepEqual(await shown(), [true, true])
    await page.getByRole('button', { name: 'Times' }).click()
    await page.getByRole('button', { name: 'Wrap' }).click()
    await until('neither', async () => (await shown()).join() === 'false,false')
    assert.match(page.url(), /times=0/)
    await page.reload()
    await line(page, /^old$/).waitFor()
    assert.deepEqual(await shown(), [false, false])
    const [asked] = await Promise.all([
      page.waitForRequest((request) => /"since":"20/.test(request.postData() ?? '') && /"logs"/.test(request.postData())),
      page.getByLabel(/^Since/).selectOption('15m'),
    ])
    const since = Date.parse(JSON.parse(asked.postData()).data.since)
    assert(Math.abs(Date.now() - since - 15 * 60_000) < 60_000)
    await line(page, /^old$/).waitFor()
    assert.match(page.url(), /since=15m/)
    await visitor.leave()
  },

  'the logs of several containers are one, in order': async ({ browser, hub, a, b }) => {
    await a.run('web-merge-a')
    await b.run('web-merge-b')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/containers?q=web-merge')
    const { page } = visitor
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).click()
    await page.getByRole('region', { name: 'Selection' }).getByRole('link', { name: 'Logs' }).click()
    await page.getByRole('heading', { name: 'Logs of 2 containers' }).waitFor()
    for (let i = 1; i <= 4; i++) {
      const [engine, name] = i % 2 ? [a, 'web-merge-a'] : [b, 'web-merge-b']
      await say(engine, name, `word ${i}`)
      await line(page, `word ${i}`).waitFor()
    }
    const said = await log(page).locator('.line').allTextContents()
    assert.deepEqual(said.map((text) => /(web-merge-[ab]).*(word \d)/.exec(text)?.slice(1).join()), ['web-merge-a,word 1', 'web-merge-b,word 2', 'web-merge-a,word 3', 'web-merge-b,word 4'])
    await page.reload()
    await line(page, 'word 4').waitFor()
    await visitor.leave()
  },
}
