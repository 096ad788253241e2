// One terminal's place in the connection: opened once, attached again after every
// break where it was, acknowledged as it is drawn. It knows no screen.

import type { ErrorBody, TerminalAttached, TerminalClosed, TerminalOpened, TerminalPush, TerminalViewer } from '../protocol'
import type { Wire } from './transport'

export interface Size {
  cols: number
  rows: number
}

/** A terminal to begin, or a session to join. */
export type Wish =
  | { host: string; container: string; cmd: readonly string[] | null; user: string | null; attach: boolean }
  | { session: string; readonly: boolean }

/**
 * Where it stands.
 * - `waiting`: there is no WebSocket; it goes on when there is one;
 * - `asking`: the hub was asked and has not answered;
 * - `refused`: it said no; asking again is the person's choice.
 */
export type Stage =
  | { at: 'waiting' }
  | { at: 'asking' }
  | { at: 'live' }
  | { at: 'refused'; error: ErrorBody }
  | { at: 'ended'; code: number; reason: string | null }

/** Who draws. `drawn` is to be called when the screen has taken it in, and not before. */
export interface Ears {
  stage(stage: Stage): void
  /** The session that was opened or joined, and what runs in it. */
  joined(session: string, cmd: readonly string[]): void
  output(bytes: Uint8Array, drawn: () => void): void
  /** Reset the screen, and draw this. */
  redraw(text: string): void
  /** The session's window: the smallest of its viewers'. */
  window(size: Size): void
  viewers(viewers: readonly TerminalViewer[]): void
  /** The connection broke in the middle of long input: so many characters at its end were not taken. */
  unsent(characters: number): void
}

/** Drawn bytes are acknowledged at once in steps of this size: well below the hub's window of 256 KiB. */
const ACK_STEP = 32 * 1024
/** What is less is acknowledged after this many milliseconds, so that an echo costs no packet of its own. */
const ACK_IDLE = 200
/** Longer input goes in parts of so many characters, each after the hub has taken the one before. */
const PART = 8 * 1024
/** A program that does not read now is asked again after this many milliseconds. */
const FULL = 150

const INTERRUPT = '\x03'

export class TerminalLine {
  private wire: Wire | null = null
  private number: number | null = null
  private session: string | null
  /** Everything before it was handed to the screen; null: the screen has nothing yet. */
  private received: number | null
  private acked = 0
  private ackTimer: ReturnType<typeof setTimeout> | undefined
  private long: string[] = []
  private asked: Size = { cols: 0, rows: 0 }
  private over = false

  constructor(
    private readonly wish: Wish,
    private size: Size,
    private readonly ears: Ears,
    private readonly left: (line: TerminalLine) => void,
  ) {
    this.session = 'session' in wish ? wish.session : null
    this.received = null
  }

  get readonly(): boolean {
    return 'session' in this.wish && this.wish.readonly
  }

  /** What carries it from now on; null: nothing does. */
  carry(wire: Wire | null): void {
    if (this.over) return
    const cut = this.long.reduce((sum, part) => sum + part.length, 0)
    this.stopLong()
    if (cut > 0) this.ears.unsent(cut)
    this.wire = wire
    this.number = null
    clearTimeout(this.ackTimer)
    if (wire === null) this.ears.stage({ at: 'waiting' })
    else void this.join(wire)
  }

  /** Asks again after a refusal. */
  again(): void {
    if (this.wire !== null && this.number === null) void this.join(this.wire)
  }

  /** Types. Long input goes in parts, and what is typed meanwhile after it; Ctrl-C goes before it and ends it. */
  input(text: string): void {
    if (this.wire === null || this.number === null || this.readonly) return
    if (text === INTERRUPT) this.stopLong()
    if (this.long.length === 0 && text.length <= PART) {
      return this.wire.type(this.number, new TextEncoder().encode(text))
    }
    const idle = this.long.length === 0
    this.long.push(...parts(text))
    if (idle) void this.pump(this.wire, this.number)
  }

  /** Sends bytes that are no text: reports of the mouse in its oldest form. */
  bytes(bytes: Uint8Array): void {
    if (this.number !== null && !this.readonly) this.wire?.type(this.number, bytes)
  }

  resize(size: Size): void {
    this.size = size
    if (this.number === null || (size.cols === this.asked.cols && size.rows === this.asked.rows)) return
    this.asked = size
    this.wire?.tell({ opt: 'resize', terminal: this.number, ...size })
  }

  /** Leaves; the last viewer to leave ends the program. What could not be ended, in words. */
  async close(): Promise<string | null> {
    const { wire, number } = this
    this.forget()
    if (wire === null || number === null) return null
    wire.hear(number, null)
    const { left } = (await wire.ask({ opt: 'close', terminal: number })) as TerminalClosed
    return left ?? null
  }

  /** Leaves without a word: the session lingers, and can be joined again. */
  forget(): void {
    this.over = true
    clearTimeout(this.ackTimer)
    this.left(this)
  }

  private async join(wire: Wire): Promise<void> {
    this.ears.stage({ at: 'asking' })
    const asked = (this.asked = this.size)
    const offset = this.received === null ? {} : { offset: this.received }
    const attach = { opt: 'attach', session: this.session, readonly: this.readonly, ...offset, ...asked }
    let reply: TerminalOpened & Partial<TerminalAttached>
    try {
      reply = (await wire.ask(this.session === null ? { opt: 'open', ...this.wish, ...asked } : attach)) as typeof reply
    } catch (error) {
      if (wire === this.wire) this.ears.stage({ at: 'refused', error: error as ErrorBody })
      return
    }
    // Closed while the hub was asked.
    if (this.over) return wire.tell({ opt: 'close', terminal: reply.terminal })
    if (wire !== this.wire) return
    this.number = reply.terminal
    this.session = reply.session
    this.received = this.acked = reply.offset ?? 0
    this.ears.joined(reply.session, reply.cmd)
    if (reply.cols !== undefined && reply.rows !== undefined) this.ears.window({ cols: reply.cols, rows: reply.rows })
    if (reply.redraw != null) this.ears.redraw(reply.redraw)
    this.ears.stage({ at: 'live' })
    wire.hear(reply.terminal, {
      output: (offset, bytes) => this.output(wire, offset, bytes),
      push: (push) => this.push(wire, push),
    })
    if (this.size !== asked) this.resize(this.size)
  }

  private output(wire: Wire, offset: number, bytes: Uint8Array): void {
    if (wire !== this.wire) return
    const seen = Math.max(0, (this.received ?? 0) - offset)
    if (seen >= bytes.length) return
    const end = offset + bytes.length
    this.received = end
    this.ears.output(seen === 0 ? bytes : bytes.subarray(seen), () => this.drawn(wire, end))
  }

  private drawn(wire: Wire, offset: number): void {
    if (wire !== this.wire || this.over) return
    clearTimeout(this.ackTimer)
    if (offset - this.acked >= ACK_STEP) this.ack(wire, offset)
    else this.ackTimer = setTimeout(() => this.ack(wire, offset), ACK_IDLE)
  }

  private ack(wire: Wire, offset: number): void {
    if (wire !== this.wire || this.number === null || offset <= this.acked) return
    this.acked = offset
    wire.tell({ opt: 'ack', terminal: this.number, offset })
  }

  private push(wire: Wire, push: TerminalPush): void {
    if (wire !== this.wire) return
    if (push.opt === 'redraw') {
      this.received = this.acked = push.offset
      this.ears.redraw(push.text)
    } else if (push.opt === 'state') {
      this.ears.window({ cols: push.cols, rows: push.rows })
      this.ears.viewers(push.viewers)
    } else if (push.opt === 'exit') {
      wire.hear(push.terminal, null)
      this.forget()
      this.ears.stage({ at: 'ended', code: push.code, reason: push.reason ?? null })
    }
  }

  /** What is under way arrives; the rest does not. */
  private stopLong(): void {
    this.long.length = 0
    this.long = []
  }

  /** Sends long input part by part, as fast as the program reads it. */
  private async pump(wire: Wire, terminal: number): Promise<void> {
    const queue = this.long
    while (queue.length > 0 && wire === this.wire && !this.over) {
      const text = queue[0]
      try {
        await wire.ask({ opt: 'input', terminal, text })
        queue.shift()
      } catch (error) {
        if ((error as ErrorBody).code !== 'limited') {
          if (wire === this.wire) queue.length = 0
          return
        }
        await new Promise((resolve) => setTimeout(resolve, FULL))
      }
    }
  }
}

/** Cuts between characters, never within one. */
function parts(text: string): string[] {
  const all: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = at + PART
    const within = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length
    all.push(text.slice(at, within ? end - 1 : end))
    at = within ? end - 1 : end
  }
  return all
}
