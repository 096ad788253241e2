// The audit log, newest first, page by page; what is new comes on top.

import { HubError } from '../hub'
import type { AuditEntry, ErrorBody } from '../protocol'
import type { Items } from './asked.svelte'
import { command } from './connection.svelte'

const PAGE = 100

export class AuditList {
  items = $state.raw<readonly AuditEntry[]>([])
  known = $state(false)
  /** What to ask for older ones with; none at the end. */
  next = $state<string | null>(null)
  busy = $state(false)
  error = $state.raw<ErrorBody | null>(null)
  private filter: Record<string, string> = {}
  private round = 0

  begin(filter: Record<string, string>): void {
    this.filter = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))
    this.items = []
    this.known = false
    this.next = null
    this.round++
  }

  async newest(): Promise<void> {
    const page = await this.ask({})
    if (page === null) return
    const seen = new Set(this.items.map(({ id }) => id))
    const fresh = page.items.filter(({ id }) => !seen.has(id))
    // More than a page is new: what lies between is not known, so the list begins again.
    const all = this.known && fresh.length === page.items.length && page.next ? [] : this.items
    if (all.length === 0) this.next = page.next ?? null
    this.items = [...fresh, ...all]
    this.known = true
  }

  async older(): Promise<void> {
    if (this.next === null) return
    const page = await this.ask({ after: this.next })
    if (page === null) return
    this.items = [...this.items, ...page.items]
    this.next = page.next ?? null
  }

  /** A page of the present filter; null where it was refused, or the filter is another by now. */
  private async ask(more: object): Promise<Items<AuditEntry> | null> {
    const { round } = this
    this.busy = true
    try {
      const page = (await command('audit', { opt: 'list', limit: PAGE, ...this.filter, ...more })) as Items<AuditEntry>
      if (round !== this.round) return null
      this.error = null
      return page
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (round === this.round) this.error = error.body
      return null
    } finally {
      if (round === this.round) this.busy = false
    }
  }
}
