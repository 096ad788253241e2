// The one hub of the page, and how it is connected.

import { Hub, HubError, type Status } from '../hub'
import { problems } from './problems.svelte'

class Connection {
  status = $state.raw<Status>({ transport: null, since: Date.now(), delay: null, nextTry: null, reason: null })
  /** What to do when the session has ended; set by the session. */
  onUnauthenticated: () => void = () => undefined

  /** Nobody will try again by itself. */
  get stopped(): boolean {
    return this.status.transport === null && !hub.trying
  }

  /** No value on the page is live. */
  get lost(): boolean {
    return this.status.transport === null
  }
}

export const connection = new Connection()

export const hub = new Hub({
  status: (status) => (connection.status = status),
  notice: (level, message) => problems.notice(level, message),
  unauthenticated: () => connection.onUnauthenticated(),
})

/** Sends a command; a session that has ended leads to the login, whoever asked. */
export async function command(noun: string, data: object): Promise<unknown> {
  try {
    return await hub.send(noun, data)
  } catch (error) {
    if (error instanceof HubError && error.code === 'unauthenticated') connection.onUnauthenticated()
    throw error
  }
}
