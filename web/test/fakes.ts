// A scripted hub: sockets and requests that the test answers by hand.

import { vi } from 'vitest'

export class FakeSocket {
  static all: FakeSocket[] = []
  sent: { type: string; id: number; data: Record<string, unknown> }[] = []
  frames: Uint8Array[] = []
  onopen: (() => void) | null = null
  onmessage: ((message: { data: string | ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  closed = false

  constructor(readonly url: URL) {
    FakeSocket.all.push(this)
  }
  static get last(): FakeSocket {
    const socket = FakeSocket.all.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }
  send(data: string | Uint8Array) {
    if (typeof data === 'string') this.sent.push(JSON.parse(data))
    else this.frames.push(data)
  }
  close() {
    this.closed = true
  }

  /** Opens, and answers the ping that proves it and the first that measures. */
  async accept() {
    this.onopen?.()
    await this.pong()
    await this.pong()
  }
  async pong() {
    const ping = this.sent.findLast(({ type }) => type === 'ping')
    if (ping) this.tell({ type: 'reply', id: ping.id, data: {} })
    await settle()
  }
  subscribed(topic: string) {
    return this.sent.filter(({ type, data }) => type === 'subscribe' && data['topic'] === topic)
  }
  tell(packet: object) {
    this.onmessage?.({ data: JSON.stringify(packet) })
  }
  /** Packets `terminal` with this verb. */
  asked(opt: string) {
    return this.sent.filter(({ type, data }) => type === 'terminal' && data['opt'] === opt)
  }
  /** Answers the newest of them. */
  async answer(opt: string, data: object) {
    this.tell({ type: 'reply', id: this.asked(opt).at(-1)?.id, data })
    await settle()
  }
  /** Output of a terminal, as the hub frames it. */
  output(terminal: number, offset: number, text: string) {
    const bytes = new TextEncoder().encode(text)
    const frame = new Uint8Array(13 + bytes.length)
    new DataView(frame.buffer).setUint32(1, terminal)
    new DataView(frame.buffer).setBigUint64(5, BigInt(offset))
    frame.set(bytes, 13)
    this.onmessage?.({ data: frame.buffer })
  }
  /** Answers the newest subscription to a topic with its number. */
  async agree(topic: string, sub: number, more: object = {}) {
    const asked = this.subscribed(topic).at(-1)
    if (asked === undefined) throw new Error(`nobody subscribed to ${topic}`)
    this.tell({ type: 'reply', id: asked.id, data: { sub, ...more } })
    await settle()
  }
  async fall(code: number, reason = '') {
    this.onclose?.({ code, reason })
    await settle()
  }
}

export class FakeRequest {
  private out!: ReadableStreamDefaultController<Uint8Array>
  private answer!: (response: Response) => void
  private fail!: (error: Error) => void
  readonly response: Promise<Response>

  constructor(
    readonly url: URL,
    readonly init: RequestInit,
  ) {
    this.response = new Promise((resolve, reject) => {
      this.answer = resolve
      this.fail = reject
    })
    init.signal?.addEventListener('abort', () => {
      this.fail(init.signal?.reason)
      try {
        this.out.error(init.signal?.reason)
      } catch {
        // It had ended, or never begun.
      }
    })
  }
  get body(): { type: string; id: number; data: Record<string, unknown> } {
    return JSON.parse(String(this.init.body))
  }
  get aborted() {
    return this.init.signal?.aborted ?? false
  }
  async refuse() {
    this.fail(new TypeError('Failed to fetch'))
    await settle()
  }
  async json(value: object, status = 200) {
    this.answer(new Response(JSON.stringify(value), { status }))
    await settle()
  }
  async stream(text: string) {
    const body = new ReadableStream<Uint8Array>({ start: (out) => void (this.out = out) })
    this.answer(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }))
    await this.write(text)
  }
  async write(text: string) {
    this.out.enqueue(new TextEncoder().encode(text))
    await settle()
  }
  async end() {
    this.out.close()
    await settle()
  }
}

export class FakeNetwork {
  requests: FakeRequest[] = []
  /** Pings by POST are answered at once, unless the hub is down. */
  down = false

  fetch = (path: string, init: RequestInit): Promise<Response> => {
    const request = new FakeRequest(new URL(path, location.href), init)
    this.requests.push(request)
    if (this.down) void request.refuse()
    else if (request.url.pathname === '/packet' && request.body.type === 'ping') {
      void request.json({ type: 'reply', id: request.body.id, data: {} })
    }
    return request.response
  }
  to(path: string) {
    return this.requests.filter(({ url }) => url.pathname === path)
  }
  last(path: string): FakeRequest {
    const request = this.to(path).at(-1)
    if (request === undefined) throw new Error(`no request to ${path}`)
    return request
  }
}

/** Lets everything that is ready happen. */
export async function settle() {
  await vi.advanceTimersByTimeAsync(0)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

export async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms)
  await settle()
}
