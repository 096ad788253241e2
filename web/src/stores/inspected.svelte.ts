// All that the engine says of one container, read anew when the container changes.

import { HubError } from '../hub'
import type { Container, ErrorBody, Inspect } from '../protocol'
import { command } from './connection.svelte'

export class Inspected {
  value = $state.raw<Inspect | null>(null)
  refused = $state.raw<ErrorBody | null>(null)
  private asked = ''
  private turn = 0

  /** Called with each new record of the container. */
  look(container: Container): void {
    const { host, id, name, state, started_at, finished_at, reason } = container
    const asked = JSON.stringify([host, id, name, state, started_at, finished_at, reason])
    if (asked === this.asked) return
    this.asked = asked
    void this.read(host, id, ++this.turn)
  }

  private async read(host: string, id: string, turn: number): Promise<void> {
    try {
      const value = (await command('container', { opt: 'inspect', host, container: id })) as Inspect
      if (turn !== this.turn) return
      this.value = value
      this.refused = null
    } catch (error) {
      // What was read before stays: it says since when the container is gone in its head.
      if (turn === this.turn && this.value === null && error instanceof HubError) this.refused = error.body
    }
  }
}
