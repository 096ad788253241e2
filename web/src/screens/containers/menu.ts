// What stands in the menu of one container.

import Box from '@lucide/svelte/icons/box'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import type { Question } from '../../parts/Ask.svelte'
import type { Item } from '../../parts/Menu.svelte'
import { ICONS, ask as asked, open } from '../../parts/verbs'
import { placeHref } from '../../place'
import type { Container } from '../../protocol'
import { actions } from '../../stores/actions.svelte'
import { address } from '../../stores/address.svelte'
import { containerKey } from '../../stores/containers.svelte'
import { t } from '../../texts'

export function itemsFor(container: Container, ask: (question: Question | null) => void): Item[] {
  const busy = actions.pending.has(containerKey(container))
  const go = (tab: string) => () => address.go(placeHref(container, tab).slice(1))
  return [
    { key: 'open', word: t.verbs.open, icon: Box, run: go('') },
    { key: 'logs', word: t.verbs.logs, icon: ScrollText, run: go('logs') },
    ...open(container).map((verb): Item => {
      const bad = verb === 'remove' || verb === 'kill'
      return { key: verb, word: t.verbs[verb], icon: ICONS[verb], bad, disabled: busy, run: () => ask(asked(verb, [container])) }
    }),
  ]
}
