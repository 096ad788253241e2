// The terminals of this page. They stay while one looks at other screens, and end
// with their tab, or with the page (the hub keeps them a while for its return).

import type { Ears, Size, Stage, TerminalLine, Wish } from '../hub'
import type { TerminalItem, TerminalViewer } from '../protocol'
import { t } from '../texts'
import { command, hub } from './connection.svelte'
import { containerKey, containers } from './containers.svelte'
import { problems } from './problems.svelte'
import { session } from './session.svelte'

/** Where and how a terminal of a container begins. */
export interface Program {
  cmd: readonly string[] | null
  user: string | null
  attach: boolean
}

export const SHELL: Program = { cmd: null, user: null, attach: false }

/** The container's main process. The hub takes no command beside it. */
export const MAIN: Program = { cmd: null, user: null, attach: true }

/** Who draws one. */
export interface Drawer {
  output: Ears['output']
  redraw: Ears['redraw']
  window: Ears['window']
}

/** One terminal: a tab. */
export class TerminalTab {
  readonly key: number
  stage = $state.raw<Stage>({ at: 'waiting' })
  /** The session's id; null until the hub has opened it. */
  session = $state<string | null>(null)
  cmd = $state.raw<readonly string[]>([])
  /** As the program calls itself; text from a container. */
  title = $state('')
  viewers = $state.raw<readonly TerminalViewer[]>([])
  /** The session's window; null until it is known. */
  window = $state.raw<Size | null>(null)
  /** The session turned out to belong elsewhere, and was left. */
  elsewhere = $state.raw<{ host: string | null; container: string | null } | null>(null)
  /** Something came while nobody looked. */
  unseen = $state(false)
  /** Characters of a paste that may not have arrived. */
  unsent = $state(0)
  /** The person does not want to be asked before a paste. */
  trusting = false
  private line: TerminalLine | null = null
  private program: Program

  constructor(
    readonly host: string,
    readonly container: string,
    readonly readonly: boolean,
    begin: Program | string,
  ) {
    this.key = ++last
    this.program = typeof begin === 'string' ? SHELL : begin
    if (typeof begin === 'string') this.session = begin
    else this.cmd = begin.cmd ?? []
  }

  get begun(): boolean {
    return this.line !== null
  }

  /** What runs, in a word or two. */
  get name(): string {
    return this.title || this.cmd.join(' ') || (this.program.attach ? t.terminal.chooser.attach : t.terminal.title)
  }

  get live(): boolean {
    return this.stage.at === 'live'
  }

  /** Opens it, or joins the session, with a window of this size. */
  begin(size: Size, drawer: Drawer): void {
    const { host, container } = this
    const wish: Wish =
      this.session === null
        ? { host, container, ...this.program }
        : { session: this.session, readonly: this.readonly }
    this.elsewhere = null
    this.line = hub.terminal(wish, size, {
      stage: (stage) => (this.stage = stage),
      joined: (id, cmd) => {
        const known = this.session !== null
        this.session = id
        this.cmd = cmd
        if (known) void this.learn()
      },
      output: drawer.output,
      redraw: drawer.redraw,
      window: (window) => {
        this.window = window
        drawer.window(window)
      },
      viewers: (viewers) => (this.viewers = viewers),
      unsent: (characters) => (this.unsent = characters),
    })
  }

  input(text: string): void {
    this.line?.input(text)
  }

  bytes(bytes: Uint8Array): void {
    this.line?.bytes(bytes)
  }

  resize(size: Size): void {
    this.line?.resize(size)
  }

  /** Asks the hub again after it said no. */
  again(): void {
    this.line?.again()
  }

  /** The same program anew, in place of one that has ended. */
  get anew(): TerminalTab {
    return new TerminalTab(this.host, this.container, false, this.program)
  }

  /** Leaves; as the last viewer, ends the program. */
  async close(): Promise<void> {
    try {
      const left = await this.line?.close()
      const name = containers.all.get(containerKey({ host: this.host, id: this.container }))?.name ?? this.container
      if (left != null) problems.notice('warning', `${t.terminal.close.left(name)}: ${left}`)
    } catch {
      // The connection went first: the hub ends it when nobody has come back for it.
    }
  }

  forget(): void {
    this.line?.forget()
  }

  /** What the list knows of a joined session and the reply does not say. */
  private async learn(): Promise<void> {
    const item = (await listed().catch(() => [])).find(({ session }) => session === this.session)
    if (item === undefined) return
    this.program = item.kind === 'attach' ? MAIN : { cmd: item.cmd, user: item.user || null, attach: false }
    const here = item.host === this.host && item.container?.slice(0, 12) === this.container.slice(0, 12)
    if (here) return
    // A link may name any session; one must not type into another container than the page says.
    this.elsewhere = { host: item.host ?? null, container: item.container ?? null }
    this.forget()
  }
}

let last = 0

/** The sessions that the hub would let this person join. */
export async function listed(): Promise<readonly TerminalItem[]> {
  return ((await command('terminal', { opt: 'list' })) as { items: TerminalItem[] }).items
}

class Terminals {
  all = $state.raw<readonly TerminalTab[]>([])

  constructor() {
    $effect.root(() => {
      $effect(() => {
        if (session.state === 'out') this.forget()
      })
    })
  }

  /** Those of one container. */
  of(host: string, container: string, readonly: boolean): readonly TerminalTab[] {
    return this.all.filter((tab) => tab.host === host && tab.container === container && tab.readonly === readonly)
  }

  add(tab: TerminalTab, before?: TerminalTab): TerminalTab {
    const at = before === undefined ? -1 : this.all.indexOf(before)
    this.all = at < 0 ? [...this.all, tab] : this.all.with(at, tab)
    return tab
  }

  async close(tab: TerminalTab): Promise<void> {
    this.all = this.all.filter((one) => one !== tab)
    await tab.close()
  }

  private forget(): void {
    for (const tab of this.all) tab.forget()
    this.all = []
  }
}

export const terminals = new Terminals()
