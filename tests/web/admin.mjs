// What an admin does with accounts, and what the hub says of it afterwards.
import assert from 'node:assert/strict'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

const secret = 'another password'

/** A person with the account, on an address opened cold. */
async function at(browser, hub, address, username, word) {
  const visitor = await Visitor.come(browser, hub.url)
  await visitor.enter(address, username, word)
  return visitor
}

const userOf = (hub, username) => hub.packet('user', { opt: 'get', username }).catch(() => null)
const refused = async (hub, username, password) => hub.post('auth', { opt: 'login', username, password }).then(() => false, () => true)

export const admin = {
  'an admin makes, changes, disables and removes an account': async ({ browser, hub }) => {
    const visitor = await at(browser, hub, '/admin/users')
    const { page } = visitor
    const dialog = page.getByRole('dialog')
    const row = page.locator('tr[data-row]').filter({ hasText: 'paula' })
    const choose = async (word) => {
      await page.getByRole('button', { name: 'Actions for paula' }).click()
      await page.getByRole('menuitem', { name: word, exact: true }).click()
    }
    await page.getByRole('button', { name: 'New user' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('paula')
    await dialog.getByLabel('Role').selectOption('operator')
    await dialog.getByLabel(/^Password/).fill(secret)
    await dialog.getByRole('button', { name: 'Create' }).click()
    await row.filter({ hasText: 'operator' }).waitFor()
    assert.equal((await userOf(hub, 'paula')).role, 'operator')

    await page.getByRole('button', { name: 'New user' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('paula')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'taken' }).waitFor()
    await page.keyboard.press('Escape')

    await choose('Edit')
    await dialog.getByLabel('Role').selectOption('viewer')
    await dialog.getByLabel(/^Full name/).fill('Paula P')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await row.filter({ hasText: 'viewer' }).filter({ hasText: 'Paula P' }).waitFor()
    assert.equal((await userOf(hub, 'paula')).role, 'viewer')

    await choose('Set a new password …')
    await dialog.getByLabel('New password').fill('a third password')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await hub.post('auth', { opt: 'login', username: 'paula', password: 'a third password' })

    await choose('Disable')
    await dialog.getByRole('button', { name: 'Disable', exact: true }).click()
    await row.filter({ hasText: 'disabled' }).waitFor()
    assert.equal(await refused(hub, 'paula', 'a third password'), true)
    await choose('Enable')
    await row.filter({ hasText: 'active' }).waitFor()

    await choose('Remove')
    const go = dialog.getByRole('button', { name: 'Remove', exact: true })
    assert.equal(await go.isDisabled(), true)
    await dialog.getByLabel('Type paula to go on').fill('paula')
    await go.click()
    await row.waitFor({ state: 'detached' })
    assert.equal(await userOf(hub, 'paula'), null)
    await visitor.leave()
  },

  'an invite is a link that makes one account': async ({ browser, hub }) => {
    const visitor = await at(browser, hub, '/admin/invites')
    const { page } = visitor
    await page.getByRole('button', { name: 'New invite' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('nina')
    await dialog.getByRole('button', { name: 'Make the invite' }).click()
    const link = await dialog.getByLabel('Link for nina').inputValue()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.locator('tr[data-row]').filter({ hasText: 'nina' }).waitFor()
    assert.doesNotMatch(await page.content(), new RegExp(link.slice(-20)))

    const guest = await Visitor.come(browser, hub.url)
    await guest.page.goto(link)
    await guest.page.getByLabel('Password', { exact: true }).fill(secret)
    await guest.page.getByLabel('New password again').fill(secret)
    await guest.page.getByRole('button', { name: 'Make the account' }).click()
    await guest.page.getByRole('navigation', { name: 'Screens' }).waitFor()
    assert.equal((await userOf(hub, 'nina')).role, 'user')
    assert.equal(await guest.page.getByRole('link', { name: 'Admin' }).count(), 0)
    await guest.leave()

    const { id } = await hub.packet('invite', { opt: 'create', username: 'nobody yet' })
    await page.getByRole('button', { name: 'Remove the invite for nobody yet' }).click({ timeout: 30_000 })
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await until('the invite to be gone', async () => !(await hub.packet('invite', { opt: 'list' })).items.some((one) => one.id === id))
    await visitor.leave()
    await hub.packet('user', { opt: 'remove', username: 'nina' })
  },

  'the audit log is found by who, what, which and when': async ({ browser, hub, a }) => {
    await a.run('dash2-audited')
    await hub.packet('container', { opt: 'restart', host: 'a', container: 'dash2-audited', timeout: 0 })
    await refused(hub, 'admin', 'not the password')
    const visitor = await at(browser, hub, '/admin/audit?what=container_restart')
    const { page } = visitor
    const rows = page.locator('tr[data-row]')
    await rows.filter({ hasText: 'a/' }).first().waitFor()
    assert.equal(await rows.filter({ hasNotText: 'container_restart' }).count(), 0)
    await page.getByLabel('What', { exact: true }).fill('auth_login')
    await page.keyboard.press('Enter')
    await rows.filter({ hasText: 'unauthenticated' }).first().waitFor()
    assert.match(page.url(), /what=auth_login/)
    await visitor.go('/admin/audit?who=nobody-at-all')
    await page.getByText('Nothing was written down').waitFor()
    await visitor.go(`/admin/audit?until=${encodeURIComponent('2020-01-01T00:00:00Z')}`)
    await page.getByText('Nothing was written down').waitFor()
    await visitor.leave()
  },

  'settings say what is in force and where it comes from': async ({ browser, hub }) => {
    const visitor = await at(browser, hub, '/admin/settings')
    const { items } = await hub.packet('setting', { opt: 'list' })
    const rows = visitor.page.locator('tr[data-row]')
    await until('all settings', async () => (await rows.count()) === items.length)
    await rows.filter({ hasText: `127.0.0.1:${hub.port}` }).filter({ hasText: 'flag' }).waitFor()
    assert.equal((await visitor.page.content()).includes('a password of the test'), false)
    await visitor.page.getByLabel('only what was set').check()
    await until('only those set', async () => (await rows.count()) === items.filter(({ from }) => from !== 'default').length)
    await visitor.leave()
  },

  'what is for admins is not there for others': async ({ browser, hub }) => {
    for (const role of ['viewer', 'user', 'operator']) await hub.packet('user', { opt: 'create', username: `dash2-${role}`, password: secret, role })
    for (const role of ['viewer', 'user', 'operator']) {
      const visitor = await at(browser, hub, '/admin/users', `dash2-${role}`, secret)
      const { page } = visitor
      await page.getByRole('heading', { name: 'Nothing is here' }).waitFor()
      assert.equal(await page.getByRole('link', { name: 'Admin' }).count(), 0)
      await visitor.go('/hosts/a')
      await page.locator('tr[data-row]').first().waitFor()
      const buttons = await page.locator('main').getByRole('button').allTextContents()
      assert.equal(buttons.some((word) => word.includes('Pull')), role === 'operator', role)
      assert.equal(await page.getByRole('button', { name: 'Test', exact: true }).count(), 0)
      await visitor.go('/hosts')
      await page.locator('article').first().waitFor()
      assert.equal(await page.getByRole('button', { name: 'Add a host' }).count(), 0)
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill('host')
      assert.equal(await page.getByRole('option', { name: 'Add a host' }).count(), 0)
      await visitor.leave()
    }
    for (const role of ['viewer', 'user', 'operator']) await hub.packet('user', { opt: 'remove', username: `dash2-${role}` })
  },
}
