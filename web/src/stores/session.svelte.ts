// Who looks. The session itself lives in an HttpOnly cookie that no script can
// read; here is only its name and role, and, in memory, what renews it.

import { HubError } from '../hub'
import type { Container, Role } from '../protocol'
import { t } from '../texts'
import { address } from './address.svelte'
import { connection, hub } from './connection.svelte'
import { problems } from './problems.svelte'

interface Login {
  refresh_token: string
  user: { username: string; role: Role }
}

/** Milliseconds between two ends of a session that are one. */
const AGAIN = 10_000

class Session {
  /** `unknown` until the hub has said whether the cookie is good. */
  state = $state<'unknown' | 'out' | 'in'>('unknown')
  username = $state('')
  role = $state<Role>('viewer')
  /** Why the login is shown, if not by choice. */
  reason = $state('')
  private refreshToken: string | null = null
  private renewing = false
  private lapsedAt = 0

  /** Asks the hub who the cookie belongs to; waits for a hub that is away. */
  async begin(): Promise<void> {
    try {
      const reply = (await hub.send('auth', {})) as { username: string | null; role: Role }
      this.enter(reply.username ?? '', reply.role)
    } catch (error) {
      if (error instanceof HubError && (error.code === 'unavailable' || error.code === 'timeout')) {
        this.reason = error.body.message
        setTimeout(() => void this.begin(), 2_000)
      } else this.leave('')
    }
  }

  async login(username: string, password: string): Promise<void> {
    const reply = (await hub.send('auth', { opt: 'login', username, password })) as Login
    this.refreshToken = reply.refresh_token
    this.enter(reply.user.username, reply.user.role)
    address.go(address.query.get('to') ?? '/', { replace: true })
  }

  async logout(): Promise<void> {
    try {
      const token = this.refreshToken
      await hub.send('auth', { opt: 'logout', ...(token === null ? {} : { refresh_token: token }) })
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'unauthenticated') {
        problems.failed(t.login.logoutFailed, error)
        return
      }
    }
    this.leave('')
  }

  /** The hub does not accept the session any more. */
  async lapsed(): Promise<void> {
    if (this.renewing || this.state !== 'in') return
    this.renewing = true
    try {
      const token = this.refreshToken
      this.refreshToken = null
      // A session that lapses twice in a moment is not to be had back by asking.
      const again = Date.now() - this.lapsedAt < AGAIN
      this.lapsedAt = Date.now()
      if (token === null && again) return this.leave(t.login.ended)
      if (token === null) await hub.send('auth', {})
      else {
        const reply = (await hub.send('auth', { opt: 'renew', refresh_token: token })) as { refresh_token: string }
        this.refreshToken = reply.refresh_token
      }
      hub.start()
    } catch (error) {
      const away = error instanceof HubError && (error.code === 'unavailable' || error.code === 'timeout')
      // An absent hub has not said no: the connection keeps trying and asks again.
      if (away) hub.start()
      else this.leave(t.login.ended)
    } finally {
      this.renewing = false
    }
  }

  /** Whether the role may start, stop and change this container. */
  mayChange(container: Container): boolean {
    if (this.role === 'admin' || this.role === 'operator') return true
    return this.role !== 'viewer' && container.owner === this.username
  }

  /** For one whom the hub lets look without an account. */
  toLogin(): void {
    this.leave('')
  }

  private enter(username: string, role: Role): void {
    this.username = username
    this.role = role
    this.state = 'in'
    this.reason = ''
    hub.start()
  }

  private leave(reason: string): void {
    this.refreshToken = null
    this.state = 'out'
    this.username = ''
    this.role = 'viewer'
    this.reason = reason
    hub.stop()
    if (address.path === '/login') return
    const wanted = address.whole
    address.go(wanted === '/' ? '/login' : `/login?to=${encodeURIComponent(wanted)}`, { replace: true })
  }
}

export const session = new Session()
connection.onUnauthenticated = () => void session.lapsed()
