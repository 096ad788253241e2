// One packet by POST, its one answer back. Works whatever the pushes travel on.

import type { ErrorBody } from '../protocol'
import { t } from '../texts'

/** A refusal by the hub, or by what stands between (`unavailable`, with the status as words). */
export class HubError extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.message)
  }
  get code() {
    return this.body.code
  }
}

/** The longest a command may take: a stop waits for the container's own grace. */
const ANSWER_TIMEOUT = 120_000

let last = 0

export async function post(type: string, data: object, timeout = ANSWER_TIMEOUT): Promise<unknown> {
  let response: Response
  try {
    response = await fetch('/packet', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type, id: ++last, data }),
      signal: AbortSignal.timeout(timeout),
    })
  } catch (cause) {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError'
    throw new HubError(
      late
        ? { code: 'timeout', message: t.connection.broken.late(timeout / 1000) }
        : { code: 'unavailable', message: t.connection.broken.unreachable },
    )
  }
  const answer = parse(await response.text().catch(() => ''))
  if (answer?.type === 'reply') return answer.data
  throw new HubError(errorBody(answer, response.status))
}

/** The hub's words if the answer is an error packet, else what the status says. */
export function errorBody(answer: { type?: unknown; data?: unknown } | null, status: number): ErrorBody {
  if (answer?.type === 'error' && typeof answer.data === 'object' && answer.data !== null) {
    return answer.data as ErrorBody
  }
  const message = t.connection.broken.status(status)
  return { code: status === 401 ? 'unauthenticated' : 'unavailable', message }
}

export function parse(text: string): { type?: unknown; data?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}
