// Images that are being pulled, layer by layer. They go on when another screen is opened.

import { onceAFrame } from '../frame'
import { HubError } from '../hub'
import type { Progress, RegistryAuth } from '../protocol'
import { t } from '../texts'
import { connection, hub } from './connection.svelte'

export interface Pull {
  readonly key: string
  readonly host: string
  readonly image: string
  readonly state: 'running' | 'done' | 'failed'
  /** In the engine's order; the pull as a whole has no layer. */
  readonly layers: readonly Progress[]
  /** Whether the layers are told at all on this connection. */
  readonly told: boolean
  readonly error: string
}

/** Finished pulls that are still shown. */
const KEPT = 10

class Pulls {
  list = $state.raw<readonly Pull[]>([])

  /** Pulls; of an image that this host is pulling already, there is one pull only. */
  async run(host: string, image: string, auth: RegistryAuth | null): Promise<void> {
    const key = `${host} ${image}`
    if (this.list.some((pull) => pull.key === key && pull.state === 'running')) return
    const told = connection.status.transport === 'websocket'
    const layers = new Map<string, Progress>()
    const others = this.list.filter((pull) => pull.key !== key).slice(0, KEPT)
    this.list = [{ key, host, image, state: 'running', layers: [], told, error: '' }, ...others]
    const draw = onceAFrame(() => this.change(key, { layers: [...layers.values()] }))
    const progress = (push: Progress) => {
      const before = layers.get(push.layer)
      // A word without figures does not take back how much there was.
      layers.set(push.layer, { ...push, total: push.total ?? before?.total ?? null })
      draw()
    }
    try {
      await hub.follow('image', { opt: 'pull', host, image, ...(auth ? { auth } : {}) }, progress)
      this.change(key, { state: 'done' })
    } catch (error) {
      if (error instanceof HubError && error.code === 'unauthenticated') connection.onUnauthenticated()
      const said = error instanceof HubError ? `${error.message} ${t.hints[error.code]}` : String(error)
      this.change(key, { state: 'failed', error: said })
    }
  }

  forget(key: string): void {
    this.list = this.list.filter((pull) => pull.key !== key)
  }

  private change(key: string, change: Partial<Pull>): void {
    this.list = this.list.map((pull) => (pull.key === key ? { ...pull, ...change } : pull))
  }
}

export const pulls = new Pulls()
