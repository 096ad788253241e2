// What draws a terminal: xterm.js and its addons, loaded when the first is opened.
// It knows no hub; what the program sends is drawn, never trusted.

import '@xterm/xterm/css/xterm.css'
import { ClipboardAddon, type IClipboardProvider } from '@xterm/addon-clipboard'
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import type { WebglAddon } from '@xterm/addon-webgl'
import type { Size } from '../../hub'
import { marks, palette } from './palette'

export interface Told {
  data(text: string): void
  binary(bytes: Uint8Array): void
  title(text: string): void
  bell(): void
  selected(text: string): void
  /** The program wants this on the clipboard. */
  clipboard(text: string): void
  found(index: number, count: number): void
  /** A key that is the page's own; true takes it from the program. */
  key(event: KeyboardEvent): boolean
  /** The pointer is over a link, or not any more. */
  link(url: string | null): void
}

/** 12 bytes a cell make this some megabytes a terminal, as far as a person scrolls back. */
const SCROLLBACK = 5_000
/** More marks than these cost more than they tell. */
export const FOUND_MOST = 1_000
/** Titles are for a tab; a program may send any. */
const TITLE = 120
/** More than this is not put on a clipboard for a program. */
const CLIPBOARD = 1024 * 1024

export interface Look {
  fontSize: number
  reader: boolean
}

export class Emulator {
  readonly element = document.createElement('div')
  private readonly terminal: Terminal
  private readonly fitting = new FitAddon()
  private readonly search = new SearchAddon({ highlightLimit: FOUND_MOST })
  private webgl: WebglAddon | null = null
  private visible = false
  /** Whether what was searched last had its case matched. */
  private cased = false
  /** An old screen is being drawn: what it seems to ask was answered long ago. */
  private muted = false

  constructor(
    parent: HTMLElement,
    look: Look,
    private readonly told: Told,
  ) {
    this.element.className = 'emulator'
    parent.append(this.element)
    const open = (event: MouseEvent, url: string) => {
      const touched = matchMedia('(pointer: coarse)').matches
      if (isWeb(url) && (event.ctrlKey || event.metaKey || touched)) window.open(url, '_blank', 'noopener,noreferrer')
    }
    const hover = (_: MouseEvent, url: string) => told.link(isWeb(url) ? url : null)
    const leave = () => told.link(null)
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: look.fontSize,
      linkHandler: { activate: open, hover, leave, allowNonHttpProtocols: false },
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      screenReaderMode: look.reader,
      scrollback: SCROLLBACK,
      theme: palette(),
    })
    const { terminal } = this
    terminal.loadAddon(this.fitting)
    terminal.loadAddon(this.search)
    terminal.loadAddon(new UnicodeGraphemesAddon())
    terminal.loadAddon(new WebLinksAddon(open, { hover, leave }))
    terminal.loadAddon(new ClipboardAddon(undefined, this.clipboard()))
    // Asked what the clipboard holds, nothing is answered, not even that nothing is.
    terminal.parser.registerOscHandler(52, (data) => data.endsWith(';?'))
    terminal.onData((text) => this.muted || told.data(text))
    terminal.onBinary((text) => this.muted || told.binary(Uint8Array.from(text, (one) => one.charCodeAt(0))))
    terminal.onTitleChange((text) => told.title(plain(text)))
    terminal.onBell(() => this.muted || told.bell())
    this.search.onDidChangeResults(({ resultIndex, resultCount }) => told.found(resultIndex, resultCount))
    terminal.attachCustomKeyEventHandler((event) => !told.key(event))
    terminal.open(this.element)
    this.element.addEventListener('mouseup', () => {
      const text = terminal.getSelection()
      if (text !== '') told.selected(text)
    })
  }

  write(bytes: Uint8Array, drawn: () => void): void {
    this.terminal.write(bytes, drawn)
  }

  /** Begins anew with an old screen, once all that came before is drawn. */
  redraw(text: string): void {
    this.terminal.write('', () => {
      this.terminal.reset()
      this.muted = true
    })
    this.terminal.write(text, () => (this.muted = false))
  }

  /** What fits into its place; null while that is not to be seen. */
  fits(): Size | null {
    const size = this.fitting.proposeDimensions()
    if (size === undefined || !(size.cols >= 2) || !(size.rows >= 1) || this.element.clientHeight < 1) return null
    const cols = Math.min(size.cols, 1_000)
    return { cols, rows: Math.min(size.rows, 500, Math.floor(128_000 / cols)) }
  }

  resize({ cols, rows }: Size): void {
    if (cols !== this.terminal.cols || rows !== this.terminal.rows) this.terminal.resize(cols, rows)
  }

  look({ fontSize, reader }: Look): void {
    this.terminal.options.fontSize = fontSize
    this.terminal.options.screenReaderMode = reader
  }

  /** Takes the colours of the page, which have changed. */
  recolour(): void {
    this.terminal.options.theme = palette()
  }

  /** Only a terminal in sight may hold one of the few graphics contexts that a browser gives. */
  async show(visible: boolean): Promise<void> {
    this.visible = visible
    if (!visible) {
      this.webgl?.dispose()
      this.webgl = null
      return
    }
    if (this.webgl !== null || !accelerated()) return
    const { WebglAddon } = await import('@xterm/addon-webgl')
    if (!this.visible || this.webgl !== null) return
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => {
        webgl.dispose()
        this.webgl = null
      })
      this.terminal.loadAddon(webgl)
      this.webgl = webgl
    } catch {
      // Without it the page's own elements draw the terminal, slower and as well.
    }
  }

  /** Nobody is there to type to any more. */
  end(): void {
    this.terminal.write('\x1b[?25l')
  }

  focus(): void {
    this.terminal.focus()
  }

  /** As typed text, in brackets where the program asked for them. */
  paste(text: string): void {
    this.terminal.paste(text)
  }

  get bracketed(): boolean {
    return this.terminal.modes.bracketedPasteMode
  }

  /** What an arrow key sends now. */
  arrow(letter: 'A' | 'B' | 'C' | 'D'): string {
    return `\x1b${this.terminal.modes.applicationCursorKeysMode ? 'O' : '['}${letter}`
  }

  get selection(): string {
    return this.terminal.getSelection()
  }

  /**
   * Marks where the text stands and goes to one of the places. Text only: an expression is run over the screen again
   * with each output, on the page's own thread, and one that comes to no end would hold the page up for ever.
   */
  find(text: string, back: boolean, options: { caseSensitive: boolean; incremental: boolean }): void {
    if (text === '') return this.endSearch()
    // The addon counts anew for another text only.
    if (options.caseSensitive !== this.cased) this.search.clearDecorations()
    this.cased = options.caseSensitive
    const all = { ...options, regex: false, decorations: marks(this.terminal.options.theme ?? {}) }
    if (back) this.search.findPrevious(text, all)
    else this.search.findNext(text, all)
  }

  endSearch(): void {
    this.search.clearDecorations()
    this.terminal.clearSelection()
  }

  dispose(): void {
    this.terminal.dispose()
    this.element.remove()
  }

  private clipboard(): IClipboardProvider {
    return {
      readText: () => '',
      writeText: (selection: string, text) => {
        const ours = selection === 'c' || selection === ''
        if (ours && this.visible && !this.muted && text !== '' && text.length <= CLIPBOARD) this.told.clipboard(text)
      },
    }
  }
}

/** Where no graphics card draws, the page's own elements are the faster way. */
function accelerated(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (context === null) return false
  const info = context.getExtension('WEBGL_debug_renderer_info')
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !/swiftshader|llvmpipe|software/i.test(name)
}

function isWeb(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol)
  } catch {
    return false
  }
}

/** A title is text of one line, whatever the program sent. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '').slice(0, TITLE)
}
