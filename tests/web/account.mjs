// One's own account, the languages, and what the keys and the palette do.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

const secret = 'another password'

async function person(browser, hub, address, username, options) {
  await hub.packet('user', { opt: 'create', username, password: secret, role: 'operator' })
  const visitor = await Visitor.come(browser, hub.url, options)
  await visitor.enter(address, username, secret)
  return visitor
}

export const account = {
  'profile, password, sessions and tokens are one\'s own to change': async ({ browser, hub }) => {
    const visitor = await person(browser, hub, '/me', 'mia')
    const { page } = visitor
    const profile = page.getByRole('form', { name: 'Profile' })
    await profile.getByLabel('Full name').fill('Mia <b>M</b>')
    await profile.getByRole('button', { name: 'Save' }).click()
    await profile.getByText('Saved').waitFor()
    assert.equal((await hub.packet('user', { opt: 'get', username: 'mia' })).full_name, 'Mia <b>M</b>')

    const other = await Visitor.come(browser, hub.url)
    await other.enter('/', 'mia', secret)
    await page.reload()
    await page.getByRole('button', { name: /^End/ }).click()
    await other.page.getByLabel('Password', { exact: true }).waitFor()
    await other.leave()

    const change = page.getByRole('form', { name: 'Password' })
    await change.getByLabel('Current password').fill('not it')
    await change.getByLabel('New password', { exact: true }).fill('a third password')
    await change.getByLabel('New password again').fill('a third password')
    await change.getByRole('button', { name: 'Change the password' }).click()
    await change.getByRole('alert').waitFor()
    await change.getByLabel('Current password').fill(secret)
    await change.getByRole('button', { name: 'Change the password' }).click()
    await change.getByText('Changed.').waitFor()
    await hub.post('auth', { opt: 'login', username: 'mia', password: 'a third password' })

    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('nightly')
    await dialog.getByRole('button', { name: 'Make the token' }).click()
    const token = await dialog.getByLabel('Token nightly').inputValue()
    const bearer = { Authorization: `Bearer ${token}` }
    assert.ok((await hub.post('host', { opt: 'list' }, bearer)).items.length > 0)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Remove the token nightly' }).click()
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await until('the token to be refused', async () => hub.post('host', { opt: 'list' }, bearer).then(() => false, () => true))
    await visitor.leave()
    await hub.packet('user', { opt: 'remove', username: 'mia' })
  },

  'the language is the browser\'s, can be chosen, and stays': async ({ browser, hub }) => {
    const context = await browser.newContext({ locale: 'ko-KR' })
    const page = await context.newPage()
    await page.goto(`${hub.url}/#/hosts`)
    await page.getByRole('button', { name: '로그인' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'ko')
    await page.getByLabel('사용자 이름').fill('admin')
    await page.getByLabel('비밀번호', { exact: true }).fill('a password of the test')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '호스트', exact: true }).waitFor()
    await page.getByRole('button', { name: 'admin 계정' }).click()
    await page.getByRole('menuitemradio', { name: '中文' }).click()
    await page.getByRole('heading', { name: '主机', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '主机', exact: true }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-Hans')
    assert.match(page.url(), /#\/hosts$/)
    await context.close()
  },

  'English alone is fetched where English is wanted': async ({ browser, hub }) => {
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/')
    await visitor.connectedBy('WebSocket')
    const names = await visitor.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    assert.equal(names.some((name) => /\/(ko|zh)-/.test(name)), false)
    await visitor.leave()
  },

  'the palette finds containers, hosts, screens and actions, by keys alone': async ({ browser, hub, a }) => {
    await a.run('dash2-zebra')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enter('/hosts')
    const { page } = visitor
    const ask = async (words) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').waitFor()
      await page.keyboard.type(words)
    }
    await page.getByRole('link', { name: 'Events', exact: true }).focus()
    await ask('zebra')
    await page.getByRole('option', { name: /dash2-zebra/ }).waitFor()
    await page.keyboard.press('Escape')
    await until('the focus to be where it was', () => page.evaluate(() => document.activeElement?.textContent?.trim() === 'Events'))
    await ask('zebra')
    await page.getByRole('option', { name: /dash2-zebra/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/containers\/a\/[0-9a-f]{12}/)
    await ask('audit')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/admin\/audit/)
    await ask('stop zebra')
    await page.getByRole('option', { name: /Stop dash2-zebra/ }).waitFor()
    await page.keyboard.press('Enter')
    await until('the container to stop', async () => (await a.state('dash2-zebra')) === 'exited')
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.waitForURL(/#\/events/)
    await visitor.leave()
  },

  'too many wrong passwords are told with the time to wait': async ({ browser, hub }) => {
    await hub.packet('user', { opt: 'create', username: 'tries', password: secret })
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.go('/hosts')
    const alert = visitor.page.getByRole('alert')
    await visitor.logIn('tries', 'wrong one')
    await alert.filter({ hasText: 'The name or the password is wrong.' }).waitFor()
    await until('the hub to refuse tries', async () => {
      const said = await hub.post('auth', { opt: 'login', username: 'tries', password: 'wrong too' }).catch((error) => error.message)
      return String(said).includes('limited')
    })
    await visitor.logIn('tries', 'wrong again')
    await alert.filter({ hasText: /Too many tries\. Try again in \d+ s\./ }).waitFor()
    assert.equal(await visitor.page.getByRole('button', { name: 'Log in', exact: true }).isDisabled(), true)
    await visitor.leave()
  },
}
