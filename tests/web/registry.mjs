// A registry of one image with two layers, which gives them slowly: an engine that pulls has something to tell.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { gzipSync } from 'node:zlib'

const digest = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A tar of one file. */
function tar(name, content) {
  const head = Buffer.alloc(512)
  const octal = (value, size) => `${value.toString(8).padStart(size - 1, '0')}\0`
  head.write(name)
  head.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100)
  head.write('        0', 148)
  head.write('ustar\u000000', 257)
  head.write(octal(head.reduce((sum, byte) => sum + byte, 0), 7), 148)
  return Buffer.concat([head, content, Buffer.alloc(1024 + ((512 - (content.length % 512)) % 512))])
}

export class Registry {
  /** Starts to listen; what is pulled goes on once `released` is set. */
  released = false

  async start() {
    const tars = [tar('one', randomBytes(2 << 20)), tar('two', randomBytes(1 << 20))]
    const layers = tars.map((bytes) => gzipSync(bytes))
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/one'] }, rootfs: { type: 'layers', diff_ids: tars.map(digest) } }))
    const type = (word) => `application/vnd.docker.${word}`
    const manifest = Buffer.from(JSON.stringify({
      schemaVersion: 2, mediaType: type('distribution.manifest.v2+json'),
      config: { mediaType: type('container.image.v1+json'), size: config.length, digest: digest(config) },
      layers: layers.map((bytes) => ({ mediaType: type('image.rootfs.diff.tar.gzip'), size: bytes.length, digest: digest(bytes) })),
    }))
    const blobs = new Map([config, ...layers].map((bytes) => [digest(bytes), bytes]))
    this.server = http.createServer((request, response) => {
      const { pathname } = new URL(request.url, 'http://registry')
      const wanted = decodeURIComponent(pathname.split('/').at(-1))
      if (pathname === '/v2/') return response.end('{}')
      if (pathname.includes('/manifests/')) {
        return response.writeHead(200, { 'Content-Type': type('distribution.manifest.v2+json'), 'Content-Length': manifest.length, 'Docker-Content-Digest': digest(manifest) }).end(request.method === 'HEAD' ? undefined : manifest)
      }
      const blob = blobs.get(wanted)
      if (blob === undefined) return response.writeHead(404).end()
      response.writeHead(200, { 'Content-Length': blob.length, 'Docker-Content-Digest': wanted })
      void this.#give(response, blob, blob === config)
    })
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.name = `127.0.0.1:${this.server.address().port}`
  }

  /** Half at once, the rest when it is released. */
  async #give(response, blob, whole) {
    const half = whole ? blob.length : blob.length >> 1
    response.write(blob.subarray(0, half))
    while (!this.released && !whole) await new Promise((resolve) => setTimeout(resolve, 50))
    response.end(blob.subarray(half))
  }

  stop() {
    this.released = true
    this.server.closeAllConnections()
    this.server.close()
  }
}
