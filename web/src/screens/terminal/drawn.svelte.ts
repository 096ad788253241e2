// A terminal and what draws it, together: they stay while other screens are looked at.

import type { Size } from '../../hub'
import type { Drawer, TerminalTab } from '../../stores/terminals.svelte'
import { terminalOptions } from '../../stores/terminalOptions.svelte'
import { t } from '../../texts'
import { copy } from './clipboard'
import { Emulator } from './emulator'
import { own, withCtrl, type Own } from './keys'
import { PASTE_MOST, examine, worthAsking, type Paste } from './paste'
import { bytes as size } from '../../format'

export class Drawn implements Drawer {
  readonly emulator: Emulator
  found = $state.raw({ index: -1, count: 0 })
  /** The link under the pointer. */
  link = $state<string | null>(null)
  /** What the person should know of the last thing that happened. */
  note = $state('')
  searching = $state(false)
  /** The next character goes with Ctrl: there is no such key on a phone. */
  ctrl = $state(false)
  /** A paste that waits for a word. */
  paste = $state.raw<Paste | null>(null)
  /** What would fit. */
  fits = $state.raw<Size | null>(null)
  shown = false
  /** A key for the screen around it. */
  asked: (own: Own) => void = () => undefined

  constructor(
    readonly tab: TerminalTab,
    place: HTMLElement,
  ) {
    this.emulator = new Emulator(place, terminalOptions, {
      data: (text) => this.type(text),
      binary: (bytes) => tab.bytes(bytes),
      title: (text) => (tab.title = text),
      bell: () => {
        if (!this.shown) tab.unseen = true
      },
      selected: (text) => {
        if (terminalOptions.copyOnSelect) void copy(text)
      },
      clipboard: (text) => {
        if (tab.readonly || !document.hasFocus()) return
        void copy(text).then((done) => done && (this.note = t.terminal.notes.clipboard(text.length)))
      },
      found: (index, count) => (this.found = { index, count }),
      key: (event) => this.key(event),
      link: (url) => (this.link = url),
    })
  }

  output = (bytes: Uint8Array, drawn: () => void): void => {
    if (!this.shown) this.tab.unseen = true
    this.emulator.write(bytes, drawn)
  }

  redraw = (text: string): void => this.emulator.redraw(text)

  window = (window: Size): void => {
    const { fits } = this
    const within = (most: number | undefined, wanted: number) => Math.min(most ?? wanted, wanted)
    this.emulator.resize({ cols: within(fits?.cols, window.cols), rows: within(fits?.rows, window.rows) })
  }

  /** Takes the size of its place, and begins with it at first. */
  fit(): void {
    const fits = this.emulator.fits()
    if (fits === null) return
    const { tab } = this
    this.fits = fits
    if (!tab.begun) {
      this.emulator.resize(fits)
      tab.begin(fits, this)
      return
    }
    tab.resize(fits)
    // With others there, the hub says what the smallest window is.
    const alone = tab.viewers.length <= 1 && tab.stage.at !== 'ended'
    if (alone || tab.window === null) this.emulator.resize(fits)
    else this.window(tab.window)
  }

  type(text: string): void {
    if (this.tab.readonly) {
      this.note = t.terminal.notes.readonly
      return
    }
    this.note = ''
    this.tab.input(this.ctrl ? withCtrl(text) : text)
    this.ctrl = false
  }

  /** Pastes, or asks first. */
  offer(raw: string): void {
    if (raw === '') return
    if (this.tab.readonly) this.note = t.terminal.notes.readonly
    else if (raw.length > PASTE_MOST) this.note = t.terminal.paste.tooLarge(size(raw.length), size(PASTE_MOST))
    else {
      const paste = examine(raw)
      if (this.tab.trusting || !worthAsking(paste)) this.emulator.paste(paste.text)
      else this.paste = paste
    }
  }

  decided(text: string | null, never: boolean): void {
    if (this.paste === null) return
    this.paste = null
    this.tab.trusting ||= never
    if (text !== null) this.emulator.paste(text)
    this.emulator.focus()
  }

  private key(event: KeyboardEvent): boolean {
    const what = own(event)
    if (what === null) return false
    // The browser pastes by itself where its own key for it is left alone.
    if (what === 'paste') return true
    event.preventDefault()
    if (event.type !== 'keydown') return true
    if (what === 'search') this.searching = true
    else if (what === 'copy') void copy(this.emulator.selection)
    else if (what === 'larger') terminalOptions.larger(1)
    else if (what === 'smaller') terminalOptions.larger(-1)
    else this.asked(what)
    return true
  }
}

/** Whether a session's window leaves some of the place empty. */
export function isSmaller(window: Size | null, fits: Size | null): boolean {
  return window !== null && fits !== null && (window.cols < fits.cols || window.rows < fits.rows)
}

const all = new WeakMap<TerminalTab, Drawn>()

/** The one of this terminal, in its place. */
export function drawn(tab: TerminalTab, place: HTMLElement): Drawn {
  let one = all.get(tab)
  if (one === undefined) all.set(tab, (one = new Drawn(tab, place)))
  else place.append(one.emulator.element)
  return one
}

export function drop(tab: TerminalTab): void {
  all.get(tab)?.emulator.dispose()
  all.delete(tab)
}
