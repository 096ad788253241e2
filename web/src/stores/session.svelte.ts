// Who looks. The session itself lives in an HttpOnly cookie that no script can
// read; here is only whose it is.

import { HubError } from '../hub'
import type { Container, LoggedIn, Role, Session, User } from '../protocol'
import { t } from '../texts'
import { address } from './address.svelte'
import { connection, hub } from './connection.svelte'
import { problems } from './problems.svelte'

/** Milliseconds between two ends of a session that are one. */
const AGAIN = 10_000

/** Milliseconds between two looks for a hub that is away while the page loads. */
const RETRY = 2_000

const isAway = (error: unknown): error is HubError =>
  error instanceof HubError && (error.code === 'unavailable' || error.code === 'timeout')

class CurrentSession {
  /** `unknown` until the hub has said whether the cookie is good. */
  state = $state<'unknown' | 'out' | 'in'>('unknown')
  username = $state('')
  role = $state<Role>('viewer')
  /** Why the login is shown, if not by choice. */
  reason = $state('')
  private asking = false
  private lapsedAt = 0

  /** Asks the hub who the cookie belongs to; waits for a hub that is away. */
  async begin(): Promise<void> {
    try {
      const { username, role } = await this.whoAmI()
      this.enter(username, role)
    } catch (error) {
      if (isAway(error)) {
        this.reason = error.body.message
        setTimeout(() => void this.begin(), RETRY)
      } else this.leave('')
    }
  }

  async login(username: string, password: string): Promise<void> {
    const { user } = (await hub.send('auth', { opt: 'login', username, password })) as LoggedIn
    this.enter(user.username, user.role)
    address.go(address.query.get('to') ?? '/', { replace: true })
  }

  async logout(): Promise<void> {
    try {
      await hub.send('auth', { opt: 'logout' })
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'unauthenticated') {
        problems.failed(t.login.logoutFailed, error)
        return
      }
    }
    this.leave('')
  }

  /** The hub does not accept the session any more, or so it seemed to one request. */
  async lapsed(): Promise<void> {
    if (this.asking || this.state !== 'in') return
    // A session that lapses twice in a moment is not to be had back by asking.
    const again = Date.now() - this.lapsedAt < AGAIN
    this.lapsedAt = Date.now()
    if (again) return this.leave(t.login.ended)
    this.asking = true
    try {
      const { username, role } = await this.whoAmI()
      this.enter(username, role)
    } catch (error) {
      // An absent hub has not said no: the connection keeps trying and asks again.
      if (isAway(error)) hub.start()
      else this.leave(t.login.ended)
    } finally {
      this.asking = false
    }
  }

  /** Whether the role may start, stop and change this container. */
  mayChange(container: Container): boolean {
    if (this.role === 'admin' || this.role === 'operator') return true
    return this.role !== 'viewer' && container.owner === this.username
  }

  private async whoAmI(): Promise<User> {
    const { items } = (await hub.send('session', { opt: 'list' })) as { items: Session[] }
    const mine = items.find((session) => session.current)
    return (await hub.send('user', { opt: 'get', username: mine?.username ?? '' })) as User
  }

  private enter(username: string, role: Role): void {
    this.username = username
    this.role = role
    this.state = 'in'
    this.reason = ''
    hub.start()
  }

  private leave(reason: string): void {
    this.state = 'out'
    this.username = ''
    this.role = 'viewer'
    this.reason = reason
    hub.stop()
    if (address.path === '/login' || address.path === '/register') return
    const wanted = address.whole
    address.go(wanted === '/' ? '/login' : `/login?to=${encodeURIComponent(wanted)}`, { replace: true })
  }
}

export const session = new CurrentSession()
connection.onUnauthenticated = () => void session.lapsed()
