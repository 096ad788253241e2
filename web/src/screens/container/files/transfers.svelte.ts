// Files on their way into and out of containers, with how far they are. They go on when the tab is left.

import type { Container, FileUrl } from '../../../protocol'
import { HubError } from '../../../hub'
import { save } from '../../../parts/save'
import { command } from '../../../stores/connection.svelte'
import { problems } from '../../../stores/problems.svelte'
import { t } from '../../../texts'

export interface Transfer {
  id: number
  container: string
  name: string
  /** Bytes; `size` null where nobody knows it before the end. */
  done: number
  size: number | null
  state: 'running' | 'done' | 'failed' | 'cancelled'
}

/** Transfers that are still shown when they are over. */
const SHOWN = 20

class Transfers {
  list = $state.raw<readonly Transfer[]>([])
  private readonly stops = new Map<number, () => void>()
  private last = 0

  /** One file into the directory `path`; true when it is there. */
  async upload(container: Container, path: string, file: File): Promise<boolean> {
    const id = this.begin(container, t.files.uploading(file.name, path), file.size)
    try {
      const url = await this.url('upload', container, join(path, file.name))
      await this.put(id, url, file)
      this.change(id, { state: 'done', done: file.size })
      return true
    } catch (error) {
      this.failed(id, t.files.notUploaded(file.name, container.name), error)
      return false
    }
  }

  /** One file as it is, or a tar of a directory. */
  async download(container: Container, path: string, directory: boolean, size: number | null): Promise<void> {
    const id = this.begin(container, t.files.downloading(path), directory ? null : size)
    const abort = new AbortController()
    this.stops.set(id, () => abort.abort())
    try {
      const url = await this.url('download', container, path)
      const headers: Record<string, string> = directory ? {} : { Accept: 'application/octet-stream' }
      const response = await fetch(url, { headers, signal: abort.signal, credentials: 'same-origin' })
      if (!response.ok || response.body === null) throw refusal(await response.text(), response.status)
      const length = Number(response.headers.get('Content-Length') ?? Number.NaN)
      if (!Number.isNaN(length)) this.change(id, { size: length })
      const parts: Uint8Array<ArrayBuffer>[] = []
      let done = 0
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
        parts.push(part)
        done += part.length
        this.change(id, { done })
      }
      if (!Number.isNaN(length) && done < length) throw new Error(t.files.cutOff)
      const name = path.split('/').filter(Boolean).at(-1) ?? 'root'
      save(new Blob(parts), directory ? `${name}.tar` : name)
      this.change(id, { state: 'done' })
    } catch (error) {
      this.failed(id, t.files.notDownloaded(path, container.name), error)
    }
  }

  cancel(id: number): void {
    this.change(id, { state: 'cancelled' })
    this.stops.get(id)?.()
  }

  forget(id: number): void {
    this.list = this.list.filter((one) => one.id !== id)
  }

  private begin(container: Container, name: string, size: number | null): number {
    const transfer: Transfer = { id: ++this.last, container: `${container.host}/${container.id}`, name, done: 0, size, state: 'running' }
    const over = this.list.filter(({ state }) => state !== 'running').slice(0, SHOWN)
    this.list = [transfer, ...this.list.filter((one) => one.state === 'running' || over.includes(one))]
    return transfer.id
  }

  /** The hub's own address is the page's; a ticket in it is good once. */
  private async url(opt: 'upload' | 'download', { host, id }: Container, path: string): Promise<string> {
    const { url } = (await command('container', { opt, host, container: id, path })) as FileUrl
    const { pathname, search } = new URL(url, location.href)
    return pathname + search
  }

  /** By XMLHttpRequest: it alone tells how much of a body has gone. */
  private put(id: number, url: string, file: File): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      this.stops.set(id, () => request.abort())
      request.open('PUT', url)
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      request.upload.onprogress = ({ loaded }) => this.change(id, { done: loaded })
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) resolve()
        else reject(refusal(request.responseText, request.status))
      }
      request.onerror = () => reject(new Error(t.files.cutOff))
      request.onabort = () => reject(new Error(t.files.cancelled))
      request.send(file)
    })
  }

  private failed(id: number, title: string, error: unknown): void {
    this.stops.delete(id)
    if (this.list.find((one) => one.id === id)?.state === 'cancelled') return
    this.change(id, { state: 'failed' })
    problems.failed(title, error)
  }

  private change(id: number, change: Partial<Transfer>): void {
    this.list = this.list.map((one) => (one.id === id ? { ...one, ...change } : one))
  }
}

export function join(path: string, name: string): string {
  return `${path.replace(/\/+$/, '')}/${name}`
}

/** `/files` refuses in the fleet's shape, without a code. */
function refusal(text: string, status: number): Error {
  const code = status === 404 ? 'not_found' : status === 403 ? 'forbidden' : status === 413 ? 'too_large' : 'engine'
  try {
    return new HubError({ code, message: (JSON.parse(text) as { message: string }).message })
  } catch {
    return new HubError({ code, message: `${status} ${text.slice(0, 200)}` })
  }
}

export const transfers = new Transfers()
