// When what a host stores may have changed: by its own events, told soon after and not for each.

import { hub } from '../../stores/connection.svelte'

const ACTIONS = ['pull', 'tag', 'untag', 'delete', 'import', 'load', 'create', 'destroy', 'remove', 'prune']
/** One command makes several events. */
const SOON = 250

/** Calls `changed` now and after each change, until the returned function is called. */
export function onChange(host: string, changed: () => void, soon = SOON): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const push = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      changed()
    }, soon)
  }
  const end = hub.subscribe('events', { host: [host], action: ACTIONS }, { push })
  changed()
  return () => {
    clearTimeout(timer)
    end()
  }
}
