// A day at the dashboard by keyboard alone: nothing is clicked, and no script moves the focus.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { password } from './hub.mjs'
import { until } from './wait.mjs'

/** What has the focus: its words, and whether one can see that it has it. */
const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement
    // What a terminal types into stands aside; its cursor is full while it has the focus.
    const drawn = element.closest('.xterm.focus') ?? element
    const { x, y, width, height } = drawn.getBoundingClientRect()
    const outlined = (one) => one !== null && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 1
    // What only says where one is, a head or the whole screen, is underlined or has a line at its top.
    const lined = (one) => one.tabIndex === -1 && (getComputedStyle(one).textDecorationLine === 'underline' || getComputedStyle(one).boxShadow.endsWith('inset'))
    // Where one types, the caret shows it; a field may leave the outline to the box around it.
    const typed = element.matches('input:not([type=checkbox]), textarea')
    const inside = x + width > 0 && y + height > 0 && x < innerWidth && y < innerHeight
    const words = element.getAttribute('aria-label') ?? element.textContent.trim()
    return { lost: element === document.body, seen: inside && (typed || outlined(element) || lined(element)), words, tag: element.localName }
  })

/** Waits until something fits has the focus, which must be seen. */
async function focused(page, what, fits) {
  let now
  await until(`the focus on ${what}`, async () => {
    now = await focus(page)
    return !now.lost && fits(now)
  }).catch((error) => {
    throw new Error(`${error.message}; it is on ${JSON.stringify(now)}`)
  })
  assert.equal(now.seen, true, `the focus on ${what} is seen`)
}

/** Presses a key until what fits has the focus; it is seen wherever it is on the way. */
async function move(page, key, what, fits, most = 40) {
  const way = []
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(key)
    const now = await focus(page)
    way.push(now.words.slice(0, 40))
    assert.equal(now.lost, false, `the focus is lost after ${way.join(', ')}`)
    assert.equal(now.seen, true, `the focus on ${now.tag} "${now.words}" is seen`)
    if (fits(now)) return
  }
  throw new Error(`${what} is not reached by ${key}: ${way.join(', ')}`)
}

const named = (words) => (now) => (typeof words === 'string' ? now.words === words : words.test(now.words))
const screen = (page) => page.locator('.pane:not(.hidden) .xterm-rows').innerText()
const started = (engine, name) => engine.docker('inspect', '-f', '{{.State.StartedAt}}', name)

export const tour = {
  'a day by keyboard alone: log in, find, logs, restart, terminal, log out': async ({ browser, hub, a }) => {
    await a.script('web-day-xq', 'echo good morning; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done')
    const visitor = await Visitor.come(browser, hub.url)
    const { page } = visitor
    const { keyboard } = page
    await visitor.go('/')
    await focused(page, 'the name', ({ tag }) => tag === 'input')
    await keyboard.type('admin')
    await keyboard.press('Tab')
    await keyboard.type(password)
    await keyboard.press('Enter')
    await page.getByRole('navigation', { name: 'Screens' }).waitFor()
    await page.locator('article').first().waitFor()

    // By the palette: two letters and Enter.
    await keyboard.press('Control+k')
    await focused(page, 'the palette', ({ tag }) => tag === 'input')
    await keyboard.type('xq')
    await page.getByRole('option', { name: /web-day-xq/ }).first().waitFor()
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'web-day-xq', exact: true }).waitFor()
    await focused(page, 'the heading of the container', named('web-day-xq'))

    // By the search of the table: the same two letters.
    await keyboard.press('/')
    await focused(page, 'the search', ({ tag }) => tag === 'input')
    await keyboard.type('xq')
    await until('one row', async () => (await page.locator('[data-index] .name a').allTextContents()).join() === 'web-day-xq')
    await keyboard.press('ArrowDown')
    await focused(page, 'the row', named(/web-day-xq/))
    await keyboard.press('l')
    await page.getByRole('log').filter({ hasText: 'good morning' }).waitFor()

    await focused(page, 'the heading again', named('web-day-xq'))
    await move(page, 'Tab', 'Restart', named('Restart web-day-xq'))
    const before = await started(a, 'web-day-xq')
    await keyboard.press('Enter')
    await page.locator('header .state').filter({ hasText: 'restarting …' }).waitFor()
    await until('a new start', async () => (await started(a, 'web-day-xq')) !== before)
    await page.locator('header .state').filter({ hasText: 'running' }).waitFor()
    await focused(page, 'Restart still', named('Restart web-day-xq'))
    await until('it to have spoken again', async () => (await page.getByRole('log').locator('.text').filter({ hasText: 'good morning' }).count()) === 2)

    await move(page, 'Tab', 'the tabs', named('Overview'))
    await move(page, 'ArrowRight', 'Terminal', named('Terminal'))
    await keyboard.press('Enter')
    await focused(page, 'the terminal', ({ tag }) => tag === 'textarea')
    await until('a prompt', async () => /[#$]/.test(await screen(page)))
    await keyboard.type('echo by-keys-$((40+2)) >/tmp/typed; cat /tmp/typed')
    await keyboard.press('Enter')
    await until('what was typed', async () => (await screen(page)).includes('by-keys-42'))
    assert.equal(await a.inside('web-day-xq', 'cat', '/tmp/typed'), 'by-keys-42')
    // Tab is the program's own; two keys lead out, and the palette opens over it.
    await keyboard.press('Tab')
    await focused(page, 'the terminal still', ({ tag }) => tag === 'textarea')
    await keyboard.press('Control+Shift+K')
    await focused(page, 'the palette', ({ tag }) => tag === 'input')
    await keyboard.press('Escape')
    await focused(page, 'the terminal again', ({ tag }) => tag === 'textarea')
    await keyboard.press('Control+Shift+ArrowUp')
    await focused(page, 'the tab of the terminal', ({ tag }) => tag === 'button')
    await move(page, 'Shift+Tab', 'the account', named('Account of admin'))
    await keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await keyboard.press('End')
    await until('Log out', () => page.evaluate(() => document.activeElement.textContent.includes('Log out')))
    await keyboard.press('Enter')
    await page.getByLabel('Password', { exact: true }).waitFor()
    await focused(page, 'the name', ({ tag }) => tag === 'input')
    await visitor.leave()
  },
}
