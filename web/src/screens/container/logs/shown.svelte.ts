// What of the log is shown, as the address says, and where a search stands in it.

import { address } from '../../../stores/address.svelte'
import type { Line, Logs } from '../../../stores/logs.svelte'
import { bare } from './ansi'
import { matcher, spans, type Span } from './find'
import { Finder } from './finder.svelte'

const SINCE: Record<string, number> = { '15m': 15, '1h': 60, '6h': 360, '24h': 1440 }

export class Shown {
  search = $derived(address.get('q'))
  regex = $derived(address.get('re') === '1')
  only = $derived(address.get('only') === '1')
  stream = $derived(address.get('stream'))
  times = $derived(address.get('times') !== '0')
  wrap = $derived(address.get('wrap') !== '0')
  since = $derived(SINCE[address.get('since')] === undefined ? '' : address.get('since'))
  private asked = $derived(matcher(this.search, this.regex))
  find = $derived(this.asked.find)
  bad = $derived(this.asked.bad)
  /** An expression can take for ever; plain words cannot. */
  private finder = $derived(this.regex && this.find ? new Finder(this.search) : null)
  slow = $derived(this.finder?.slow ?? false)

  /** What each line said to the present search: asked once. */
  private known = $derived.by(() => {
    void this.find
    return new WeakMap<Line, boolean>()
  })

  private streamed = $derived.by((): readonly Line[] => {
    const { stream } = this
    if (stream !== 'stdout' && stream !== 'stderr') return this.logs.lines
    return this.logs.lines.filter((line) => line.stream === stream)
  })
  lines = $derived(this.only && this.find ? this.streamed.filter((line) => this.hit(line)) : this.streamed)

  /** Places of the lines that match. */
  hits = $derived.by(() => {
    const places: number[] = []
    if (this.find) this.lines.forEach((line, i) => this.hit(line) && places.push(i))
    return places
  })
  /** The match one has gone to; 0: none yet. */
  at = $state(0)

  /** To be made where a component begins, with which it ends. */
  constructor(private readonly logs: Logs) {
    $effect(() => {
      const { finder } = this
      return () => finder?.end()
    })
    $effect(() => this.finder?.want(this.streamed))
  }

  /** Where the chosen time begins, RFC 3339; empty: with the log. */
  sinceTime(): string {
    const minutes = SINCE[this.since]
    return minutes === undefined ? '' : new Date(Date.now() - minutes * 60_000).toISOString()
  }

  /** The place of the next match, or the one before; begins at the newest. */
  go(step: 1 | -1): number | null {
    const count = this.hits.length
    if (count === 0) return null
    this.at = this.at === 0 ? count : ((this.at - 1 + step + count) % count) + 1
    return this.hits[this.at - 1] ?? null
  }

  /** Where the line matches. */
  spans(line: Line): readonly Span[] {
    const { find, finder } = this
    if (find === null) return []
    return finder === null ? spans(find, bare(line.text)) : finder.spans(line)
  }

  private hit(line: Line): boolean {
    const { find, finder, known } = this
    if (find === null) return false
    if (finder !== null) return finder.spans(line).length > 0
    let says = known.get(line)
    if (says === undefined) known.set(line, (says = spans(find, bare(line.text)).length > 0))
    return says
  }
}
