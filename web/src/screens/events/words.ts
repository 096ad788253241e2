// An event in few words. All of it is text that others chose.

import { visible } from '../../visible'
import type { Event } from '../../protocol'
import type { Look } from '../../state'
import { t } from '../../texts'

const GOOD = new Set(['start', 'online', 'unpause', 'create', 'connect', 'pull', 'mount', 'added'])
const BAD = new Set(['die', 'oom', 'kill', 'offline'])

/** How an action looks. One that ended with 0 is no failure. */
export function eventLook({ action, attrs }: Event): Look {
  const verb = action.split(':', 1)[0] ?? action
  const word = visible(action)
  if (action === 'health_status: unhealthy') return { shape: 'alert', tone: 'warn', word }
  if (verb === 'die' && attrs['exitCode'] === '0') return { shape: 'square', tone: 'idle', word }
  if (BAD.has(verb)) return { shape: 'cross', tone: 'bad', word }
  if (verb === 'start' || verb === 'online') return { shape: 'dot', tone: 'good', word }
  if (GOOD.has(verb)) return { shape: 'ring', tone: 'idle', word }
  return { shape: 'square', tone: 'idle', word }
}

/** What it was about: a name where there is one, else a short id. */
export function subject({ actor_name, actor_id, attrs }: Event): string {
  const name = actor_name || (attrs['name'] ?? '')
  return visible(name) || actor_id.replace(/^sha256:/, '').slice(0, 12)
}

/** What else is worth a word: the exit code, the reason, the image where that is not known anyway. */
export function detail(event: Event, image = true): string {
  const { attrs, action, type } = event
  const parts: string[] = []
  if (action === 'die' && attrs['exitCode'] !== undefined) parts.push(t.events.exit(attrs['exitCode']))
  if (attrs['signal'] !== undefined) parts.push(`signal ${attrs['signal']}`)
  if (attrs['reason'] !== undefined) parts.push(attrs['reason'])
  if (image && type === 'container' && attrs['image'] !== undefined) parts.push(attrs['image'])
  if (type === 'network' && attrs['container'] !== undefined) parts.push(attrs['container'].slice(0, 12))
  return visible(parts.join(' · '))
}
