// What may stand between a browser and the hub: a middle that refuses or swallows WebSockets, holds streams back or
// cuts every connection off, as some proxies do, and nginx.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { freePort } from './hub.mjs'
import { until } from './wait.mjs'

export class Middle {
  /** Whether a WebSocket gets through; what is a number is the status of the answer, null none at all. */
  sockets = true
  /** Whether a stream gets through. */
  streams = true
  #open = new Set()

  /** `life`: milliseconds after which any connection is cut. */
  constructor({ sockets = true, life = 0 } = {}) {
    Object.assign(this, { sockets, life })
  }

  async start(to) {
    this.server = http.createServer((request, response) => {
      const { method, url, headers } = request
      const onward = http.request({ host: '127.0.0.1', port: to, method, path: url, headers }, (answer) => {
        const stream = url.startsWith('/stream')
        if (stream && !this.streams) return
        response.writeHead(answer.statusCode, answer.headers)
        answer.on('data', (part) => {
          if (!stream || this.streams) response.write(part)
        })
        answer.on('end', () => response.end())
        answer.on('error', () => response.destroy())
      })
      onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    })
    this.server.on('upgrade', (request, socket, head) => {
      if (this.sockets === null) return void socket.on('error', () => undefined)
      if (this.sockets !== true) return socket.end(`HTTP/1.1 ${this.sockets || 400} So\r\nContent-Length: 0\r\n\r\n`)
      const { method, url, headers } = request
      const onward = http.request({ host: '127.0.0.1', port: to, method, path: url, headers })
      onward.on('upgrade', (answer, far) => {
        const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`)
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
        far.write(head)
        far.pipe(socket).pipe(far)
        this.#open.add(socket)
        for (const end of [far, socket]) end.on('error', () => socket.destroy()).on('close', () => (far.destroy(), socket.destroy()))
        socket.on('close', () => this.#open.delete(socket))
      })
      onward.on('response', (answer) => socket.end(`HTTP/1.1 ${answer.statusCode} No\r\nContent-Length: 0\r\n\r\n`))
      onward.on('error', () => socket.destroy())
      onward.end()
    })
    this.server.on('connection', (socket) => {
      if (this.life === 0) return
      const timer = setTimeout(() => socket.destroy(), this.life)
      socket.on('close', () => clearTimeout(timer))
    })
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.url = `http://127.0.0.1:${this.server.address().port}`
  }

  /** Ends the WebSockets there are, and lets no other through. */
  cutSockets() {
    this.sockets = false
    for (const socket of this.#open) socket.destroy()
  }

  stop() {
    this.server.closeAllConnections()
    for (const socket of this.#open) socket.destroy()
    this.server.close()
  }
}

/**
 * nginx as one would set it up without a thought for streams: HTTP/1.0 to the hub, buffering on. At `buffering` one
 * that does not let the hub ask for less of that.
 */
export async function startNginx(work, hub) {
  const [port, deaf] = [await freePort(), await freePort()]
  const temporary = join(work, 'nginx')
  mkdirSync(temporary)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${temporary}/${kind};`)
  writeFileSync(
    join(work, 'nginx.conf'),
    `daemon off; pid ${work}/nginx.pid; error_log stderr; events {}
     http { access_log off; ${paths.join(' ')}
       proxy_set_header Host $http_host;
       server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${hub}; } }
       server { listen 127.0.0.1:${deaf}; location / { proxy_pass http://127.0.0.1:${hub}; proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; } } }`,
  )
  const child = spawn('nginx', ['-e', 'stderr', '-p', work, '-c', join(work, 'nginx.conf')], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await until('nginx', async () => (await fetch(`${url}/healthz`)).ok)
  return { url, buffering: `http://127.0.0.1:${deaf}`, stop: () => child.kill('SIGTERM') }
}
