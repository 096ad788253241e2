// A form that is sent: once at a time, and what was wrong with which field.

import { HubError } from '../hub'
import type { ErrorBody } from '../protocol'
import { t } from '../texts'

export class Form {
  busy = $state(false)
  error = $state.raw<ErrorBody | null>(null)

  /** Runs `act`; gives whether it went well. A refusal stays to be read until the next try. */
  async send(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.error = null
    try {
      await act()
      return true
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      this.error = error.body
      return false
    } finally {
      this.busy = false
    }
  }

  /** What was wrong with this field. */
  of(field: string): string {
    return this.error?.field === field ? this.words : ''
  }

  /** What was wrong and belongs to none of these fields. */
  rest(...fields: string[]): string {
    return this.error && !fields.includes(this.error.field ?? '') ? this.words : ''
  }

  private get words(): string {
    if (this.error === null) return ''
    const { message, retry_after } = this.error
    return retry_after == null ? message : `${message} ${t.login.wait(retry_after)}`
  }
}
