// The log of events as it is read backwards: asked for until there is an answer, or nobody waits for it any more.

import { HubError } from '../hub'
import type { EventCounts, EventPage } from '../protocol'
import { command } from './connection.svelte'

/** Milliseconds until a hub that could not be reached is asked again. */
const AGAIN = 2_000

interface Answers {
  list: EventPage
  count: EventCounts
}

/** The answer; null when `wanted` says so. A refusal is thrown. */
export async function readLog<Opt extends keyof Answers>(opt: Opt, data: object, wanted: () => boolean): Promise<Answers[Opt] | null> {
  while (wanted()) {
    try {
      const answer = (await command('event', { opt, ...data })) as Answers[Opt]
      return wanted() ? answer : null
    } catch (error) {
      if (!(error instanceof HubError) || !['unavailable', 'timeout'].includes(error.code)) throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN))
    }
  }
  return null
}

/** Where the log ends now. */
export async function newest(wanted: () => boolean): Promise<string | null> {
  return (await readLog('list', { limit: 1 }, wanted))?.position ?? null
}
