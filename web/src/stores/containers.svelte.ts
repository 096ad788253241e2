// The containers of all hosts.

import type { Container } from '../protocol'
import { Records } from './records.svelte'

/** A container's key in the topic, and in `stats`. */
export const containerKey = ({ host, id }: { host: string; id: string }) => `${host}/${id.slice(0, 12)}`

class Containers extends Records<Container> {
  list = $derived([...this.all.values()])

  constructor() {
    super('containers', containerKey)
  }
}

export const containers = new Containers()
