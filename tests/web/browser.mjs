// Chromium, and the dashboard in it as a person finds it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { password } from './hub.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export async function openBrowser() {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args })
}

export class Visitor {
  /** What went wrong inside the page: errors, refused scripts, dialogs. Must stay empty. */
  faults = []

  /** A person with a browser of their own, not logged in. */
  static async come(browser, url, { width = 1440, height = 900, theme = 'light' } = {}) {
    const visitor = new Visitor()
    visitor.url = url
    visitor.context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: width < 500 })
    const page = (visitor.page = await visitor.context.newPage())
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => visitor.faults.push(`error: ${error.message}`))
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) visitor.faults.push(message.text())
    })
    page.on('dialog', (dialog) => {
      visitor.faults.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    return visitor
  }

  async go(address) {
    await this.page.goto(`${this.url}/#${address}`)
  }

  async logIn(username = 'admin', secret = password) {
    await this.page.getByLabel('Name', { exact: true }).fill(username)
    await this.page.getByLabel('Password', { exact: true }).fill(secret)
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click()
  }

  /** Logged in, on a screen that has its first list. */
  async enter(address = '/containers', username = 'admin', secret = password) {
    await this.go(address)
    await this.logIn(username, secret)
    await this.page.getByRole('navigation', { name: 'Screens' }).waitFor()
    // Rows stand still under a pointer, and the button of the login was where they are now.
    await this.page.mouse.move(0, 0)
  }

  /** Chooses from the menu of the account. */
  async chooseOwn(word) {
    await this.page.getByRole('button', { name: /^Account of / }).click()
    await this.page.getByRole('menuitem', { name: word }).click()
  }

  row(name) {
    return this.page.locator('[data-index]').filter({ has: this.page.getByRole('link', { name, exact: true }) })
  }

  async rowSays(name, words, timeout) {
    await this.row(name).filter({ hasText: words }).waitFor({ timeout })
  }

  /** The page of a container, its address opened cold. */
  async enterContainer(engine, name, tab = '', username = undefined, secret = undefined) {
    await this.enter(`/containers/${engine.name}/${await engine.id(name)}${tab}`, username, secret)
    await this.page.getByRole('heading', { name, exact: true }).waitFor()
  }

  /** An action of the menu behind the dots. */
  async choose(name, action) {
    await this.page.getByRole('button', { name: `Actions of ${name}`, exact: true }).click()
    await this.page.getByRole('menuitem', { name: action, exact: true }).click()
  }

  /** The badge of the connection. */
  async connectedBy(kind, timeout = 20_000) {
    await this.page.locator('.connection > button').filter({ hasText: kind }).waitFor({ timeout })
  }

  /** What axe finds, in words. */
  async violations() {
    await this.page.evaluate(axe)
    const { violations } = await this.page.evaluate(() => globalThis.axe.run())
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`)
  }

  async leave() {
    await this.context.close()
    if (this.faults.length > 0) throw new Error(`faults in the page: ${this.faults.join('; ')}`)
  }
}
