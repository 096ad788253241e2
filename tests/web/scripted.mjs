// Docker Engines that are none: each answers on a socket of its own what the hub asks of an engine, has containers
// that run, die, start and fall ill, and tells so at a set rate. A process of its own, so that nothing that measures
// a page measures these too:
//
//   node scripted.mjs DIRECTORY ENGINES CONTAINERS EVENTS_A_SECOND
//
// Sockets are DIRECTORY/s01.sock and so on; containers and events are those of all engines together. Says "ready" when
// all listen; then a line each second with how many events there were so far.
import { createHash } from 'node:crypto'
import http from 'node:http'
import { join } from 'node:path'

/** Events an engine can replay, as dockerd does. */
const REPLAYED = 256
/** Milliseconds between two handfuls of events. */
const TICK = 50
const GIB = 1 << 30
const CPUS = 8

const PROJECTS = ['shop', 'mail', 'wiki', 'metrics', 'build', 'lab', 'auth', 'search']
const SERVICES = ['web', 'db', 'cache', 'worker', 'queue', 'proxy', 'cron']
const IMAGES = ['registry.example/shop/web:4.2.1', 'postgres:17', 'redis:8-alpine', 'registry.example/lab/worker:2026.11', 'nginx:1.29']

const hex = (text) => createHash('sha256').update(text).digest('hex')
const iso = (ms) => new Date(ms).toISOString()

class Container {
  constructor(host, number, running) {
    const [project, service] = [PROJECTS[number % PROJECTS.length], SERVICES[number % SERVICES.length]]
    this.name = `${project}-${service}-${host}-${number}`
    this.id = hex(this.name)
    this.image = IMAGES[number % IMAGES.length]
    this.port = 20_000 + number
    this.running = running
    this.code = running ? 0 : [0, 1, 137][number % 3]
    this.health = number % 2 === 0 ? 'healthy' : null
    this.began = Date.now() - 3_600_000
    this.ended = Date.now() - 1_800_000
    this.created = this.began - 86_400_000
    this.load = 5_000_000 * (1 + (number % 40))
    this.memory = (16 + ((number * 37) % 900)) << 20
    this.labels = {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      'com.docker.compose.version': '2.40.0',
      'org.opencontainers.image.revision': this.id.slice(0, 40),
      'quayside.owner': number % 5 === 0 ? 'ann' : '',
    }
  }

  get state() {
    return this.running ? 'running' : 'exited'
  }

  summary() {
    const { id, name, image, labels, state, created } = this
    return { Id: id, Names: [`/${name}`], Image: image, ImageID: `sha256:${hex(image)}`, Created: Math.floor(created / 1000), State: state, Labels: labels }
  }

  details() {
    const health = this.health === null ? {} : { Health: { Status: this.running ? this.health : 'unhealthy' } }
    return {
      Id: this.id,
      Name: `/${this.name}`,
      Image: `sha256:${hex(this.image)}`,
      Created: iso(this.created),
      Platform: 'linux',
      State: {
        Status: this.state, Running: this.running, Pid: this.running ? 4_242 : 0, ExitCode: this.code, Error: '',
        StartedAt: iso(this.began), FinishedAt: this.running ? '0001-01-01T00:00:00Z' : iso(this.ended), ...health,
      },
      Config: { Hostname: this.id.slice(0, 12), Image: this.image, Labels: this.labels, Env: [], Cmd: ['serve'] },
      NetworkSettings: { Ports: this.running ? { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: String(this.port) }] } : {}, Networks: {} },
      Mounts: [],
    }
  }

  /** Counters that go on as time does; what it uses goes up and down within a minute or two. */
  sample(now) {
    if (!this.running) return { read: '0001-01-01T00:00:00Z', cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} }
    const seconds = (now - this.began) / 1000
    const wave = Math.sin(seconds / 13 + this.port)
    return {
      read: iso(now),
      cpu_stats: {
        cpu_usage: { total_usage: Math.round(this.load * (seconds + 6 * wave + 13)) },
        system_cpu_usage: Math.round(now * 1e6 * CPUS) % Number.MAX_SAFE_INTEGER,
        online_cpus: CPUS,
      },
      precpu_stats: {},
      memory_stats: { usage: Math.round(this.memory * (1 + 0.1 * wave)), limit: 4 * GIB, stats: { inactive_file: 1 << 20 } },
      networks: { eth0: { rx_bytes: Math.round(seconds * 1_000), tx_bytes: Math.round(seconds * 500) } },
      blkio_stats: {},
      pids_stats: { current: 7 },
    }
  }
}

class ScriptedEngine {
  #listeners = new Set()
  #past = []
  #last = 0
  /** What follows at once from what happened last: a run's end, its next beginning. */
  #next = []
  #turn = 0

  constructor(name, containers) {
    this.name = name
    this.containers = Array.from({ length: containers }, (_, i) => new Container(name, i, i % 10 !== 9))
    this.byId = new Map(this.containers.map((container) => [container.id, container]))
    this.server = http.createServer((request, response) => this.#answer(request, response))
    this.server.keepAliveTimeout = 120_000
  }

  listen(path) {
    return new Promise((resolve) => this.server.listen(path, resolve))
  }

  /** One thing happens: half are programs run inside, as health checks do; the rest changes what a list shows. */
  happen() {
    if (this.#next.length === 0) this.#begin(this.containers[(this.#turn * 7) % this.containers.length], this.#turn++)
    this.#next.shift()()
  }

  #begin(container, turn) {
    const told = (action, more) => () => this.#tell(container, action, more)
    if (turn % 4 < 2) {
      this.#next.push(told('exec_create: /bin/check'), told('exec_start: /bin/check'), told('exec_die', { exitCode: '0' }))
    } else if (turn % 4 === 2 && container.running && container.health !== null) {
      container.health = container.health === 'healthy' ? 'unhealthy' : 'healthy'
      this.#next.push(told(`health_status: ${container.health}`))
    } else if (container.running) {
      const code = [0, 1, 3, 137][turn % 4 === 2 ? 0 : (turn >> 2) % 4]
      Object.assign(container, { running: false, code, ended: Date.now() })
      this.#next.push(told('die', { exitCode: String(code) }))
    } else {
      Object.assign(container, { running: true, code: 0, began: Date.now() })
      this.#next.push(told('start'))
    }
  }

  #tell({ id, name, image, labels }, action, more = {}) {
    // Two of one millisecond are told apart by their nanoseconds.
    this.#last = Math.max(this.#last + 1, Date.now() * 1_000)
    const nano = `${this.#last}000`
    const attributes = { ...labels, image, name, ...more }
    const event = JSON.stringify({ Type: 'container', Action: action, Actor: { ID: id, Attributes: attributes }, scope: 'local' })
    const line = `${event.slice(0, -1)},"time":${nano.slice(0, 10)},"timeNano":${nano}}\n`
    this.#past.push({ nano: BigInt(nano), line })
    if (this.#past.length > REPLAYED) this.#past.shift()
    for (const listener of this.#listeners) listener.write(line)
  }

  #answer(request, response) {
    const url = new URL(request.url, 'http://engine')
    const path = url.pathname.replace(/^\/v1\.\d+/, '')
    const [, one, what] = /^\/containers\/([0-9a-f]{12,64})\/(json|stats|logs)$/.exec(path) ?? []
    if (path === '/_ping') return response.end('OK')
    if (path === '/version') return give(response, { Version: '28.5.2', ApiVersion: '1.51', Os: 'linux', Arch: 'amd64' })
    if (path === '/info') return give(response, { ID: this.name, NCPU: CPUS, MemTotal: 32 * GIB })
    if (path === '/events') return this.#follow(url.searchParams.get('since'), response)
    if (path === '/containers/json') return give(response, this.#list(url.searchParams.get('filters')))
    if (path === '/images/json') return give(response, IMAGES.map((image) => ({ Id: `sha256:${hex(image)}`, RepoTags: [image], Size: 1 << 27, Created: 1_790_000_000 })))
    const container = this.byId.get(one)
    if (container === undefined) return give(response, { message: `no such thing here: ${path}` }, 404)
    if (what === 'json') return give(response, container.details())
    if (what === 'logs') return response.end()
    if (url.searchParams.get('stream') === 'false') return give(response, container.sample(Date.now()))
    const write = () => response.write(`${JSON.stringify(container.sample(Date.now()))}\n`)
    const timer = setInterval(write, 1_000)
    response.on('close', () => clearInterval(timer))
    write()
  }

  #list(filters) {
    const ids = filters === null ? null : (JSON.parse(filters).id ?? null)
    const asked = ids === null ? this.containers : ids.map((id) => this.byId.get(id)).filter(Boolean)
    return asked.map((container) => container.summary())
  }

  #follow(since, response) {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.flushHeaders()
    if (since !== null) {
      const [seconds, nanos = ''] = since.split('.')
      const from = BigInt(seconds + nanos.padEnd(9, '0'))
      for (const { nano, line } of this.#past) if (nano >= from) response.write(line)
    }
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }
}

function give(response, value, status = 200) {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}

const [directory, count, containers, rate] = [process.argv[2], ...process.argv.slice(3).map(Number)]
const engines = Array.from({ length: count }, (_, i) => {
  const share = Math.floor(((i + 1) * containers) / count) - Math.floor((i * containers) / count)
  return new ScriptedEngine(`s${String(i + 1).padStart(2, '0')}`, share)
})
await Promise.all(engines.map((engine) => engine.listen(join(directory, `${engine.name}.sock`))))

const began = Date.now()
let told = 0
setInterval(() => {
  // What a late tick owes is made up for, so that the rate holds.
  const due = Math.floor(((Date.now() - began) / 1000) * rate)
  while (told < due) engines[told++ % count].happen()
}, TICK)
setInterval(() => console.log(told), 1_000)
console.log('ready')
// Goes with whoever started it.
process.stdin.on('end', () => process.exit(0)).resume()
