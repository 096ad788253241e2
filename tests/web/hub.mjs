// The hub as a process of its own, and packets to it from outside a browser.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { until } from './wait.mjs'

export const password = 'a password of the test'

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

export class Hub {
  /** `settings` are variables of the hub's environment. */
  constructor(binary, work, port, hosts, settings = { QUAYSIDE_STATS_INTERVAL: '2s' }) {
    Object.assign(this, { binary, work, port, hosts, settings, url: `http://127.0.0.1:${port}` })
    this.log = createWriteStream(join(work, 'hub.log'), { flags: 'a' })
  }

  async start() {
    const flags = ['--listen', `127.0.0.1:${this.port}`, '--data', join(this.work, 'data')]
    for (const [name, address] of Object.entries(this.hosts)) flags.push('--host', `${name}=${address}`)
    // Nothing of the test's own environment: the hub refuses variables QUAYSIDE_* that it does not know.
    const env = { PATH: process.env.PATH, HOME: this.work, QUAYSIDE_ADMIN_PASSWORD: password, ...this.settings }
    env.QUAYSIDE_SERVER_TRUSTED_PROXIES = '127.0.0.1'
    this.process = spawn(this.binary, ['serve', ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.stdout.pipe(this.log, { end: false })
    this.process.stderr.pipe(this.log, { end: false })
    await until('the hub to be ready', async () => {
      if (this.process.exitCode !== null) throw new Error(`the hub ended with ${this.process.exitCode}; see hub.log`)
      return (await fetch(`${this.url}/readyz`)).ok
    })
  }

  async end(signal) {
    if (this.process === undefined || this.process.exitCode !== null || this.process.signalCode !== null) return
    this.process.kill(signal)
    await once(this.process, 'exit')
  }

  /** Sends a packet as admin, and gives its reply. */
  async packet(type, data) {
    // A token is good for 15 minutes.
    if (this.token === undefined || Date.now() - this.proved > 600_000) {
      this.token = (await this.post('auth', { opt: 'login', username: 'admin', password })).access_token
      this.proved = Date.now()
    }
    return this.post(type, data, { Authorization: `Bearer ${this.token}` })
  }

  /** Removes the hosts that it was not begun with. */
  async clean() {
    const { items } = await this.packet('host', { opt: 'list' })
    for (const { host } of items.filter(({ configured }) => !configured)) await this.packet('host', { opt: 'remove', host })
  }

  async post(type, data, headers = {}) {
    const body = JSON.stringify({ type, id: 1, data })
    const answer = await (await fetch(`${this.url}/packet`, { method: 'POST', headers, body })).json()
    if (answer.type !== 'reply') throw new Error(`${type} ${data.opt}: ${JSON.stringify(answer.data)}`)
    return answer.data
  }
}
