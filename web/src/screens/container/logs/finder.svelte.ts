// One expression over many lines, newest first, a batch at a time, in a thread of its own. One that comes to no end is
// stopped, and told.

import type { Line } from '../../../stores/logs.svelte'
import { bare } from './ansi'
import { SEARCHED, type Span } from './find'
import type { Work } from './search.worker'

/** Lines of a batch, and characters: making them ready must not hold up the page either. */
const BATCH = 2_000
const CHARACTERS = 200_000
/** Milliseconds for a batch; an expression that does not explode takes a hundredth of it. */
const PATIENCE = 2_000

export class Finder {
  /** It took too long, and was given up. */
  slow = $state(false)
  /** Counts answers: who asks for spans asks again after each. */
  turn = $state(0)
  private readonly known = new WeakMap<Line, readonly Span[]>()
  private lines: readonly Line[] = []
  private worker: Worker | null = null
  private ready = false
  private batch: readonly Line[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly search: string) {}

  /** Where it matches in the line; empty too while that is not known yet. */
  spans(line: Line): readonly Span[] {
    void this.turn
    return this.known.get(line) ?? []
  }

  /** Looks through these, if it has not yet. */
  want(lines: readonly Line[]): void {
    this.lines = lines
    if (this.batch.length === 0) this.next()
  }

  end(): void {
    clearTimeout(this.timer)
    this.worker?.terminate()
    this.worker = null
  }

  private next(): void {
    const batch: Line[] = []
    const texts: string[] = []
    let size = 0
    for (let i = this.lines.length - 1; i >= 0 && batch.length < BATCH && size < CHARACTERS; i--) {
      const line = this.lines[i]
      if (line === undefined || this.known.has(line)) continue
      const text = bare(line.text.slice(0, 2 * SEARCHED)).slice(0, SEARCHED)
      size += text.length
      batch.push(line)
      texts.push(text)
    }
    this.batch = batch
    if (batch.length === 0 || this.slow) return
    this.worker ??= this.begin()
    this.worker.postMessage({ search: this.search, texts } satisfies Work)
    if (this.ready) this.wait()
  }

  private begin(): Worker {
    const worker = new Worker(new URL('./search.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<readonly (readonly Span[])[] | null>) => {
      if (data === null) {
        this.ready = true
        return this.wait()
      }
      clearTimeout(this.timer)
      this.batch.forEach((line, i) => this.known.set(line, data[i] ?? []))
      this.turn++
      this.next()
    }
    worker.onerror = () => this.giveUp()
    return worker
  }

  private wait(): void {
    this.timer = setTimeout(() => this.giveUp(), PATIENCE)
  }

  private giveUp(): void {
    this.slow = true
    this.end()
  }
}
