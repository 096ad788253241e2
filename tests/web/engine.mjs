// A Docker Engine, asked by Docker's own client: what the dashboard says is compared with its word.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../scripts/engine', import.meta.url))

/** Ends at once when asked to, which a shell as first process does not by itself. */
const OBEDIENT = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'

/**
 * A container on a bridge is a change of the machine's network, and a browser on that machine cuts its requests off
 * at each; so only those that need a network have one.
 */
const network = (options) => (options.some((option) => /^(-p|--network)/.test(option)) ? options : ['--network', 'none', ...options])

export class Engine {
  /** `directory` is the one of scripts/engine. */
  constructor(name, directory) {
    Object.assign(this, { name, directory, address: `unix://${directory}/docker.sock`, made: new Set() })
  }

  async docker(...args) {
    return (await run('docker', ['-H', this.address, ...args])).stdout.trim()
  }

  /** Starts a container that runs until it is stopped. */
  async run(name, ...options) {
    this.made.add(name)
    await this.docker('run', '-d', '--name', name, ...network(options), 'busybox', 'sh', '-c', OBEDIENT)
  }

  /** Makes one that ends by itself with a code. */
  async die(name, code) {
    this.made.add(name)
    await this.docker('run', '-d', '--name', name, '--network', 'none', 'busybox', 'sh', '-c', `exit ${code}`)
  }

  /** Starts one that runs a script of the shell; it may end when it likes. */
  async script(name, script, ...options) {
    this.made.add(name)
    await this.docker('run', '-d', '--name', name, ...network(options), 'busybox', 'sh', '-c', script)
  }

  async create(name, ...command) {
    this.made.add(name)
    await this.docker('create', '--name', name, '--network', 'none', 'busybox', ...command)
  }

  async remove(name) {
    await this.docker('rm', '-f', name)
    this.made.delete(name)
  }

  async id(name) {
    return (await this.docker('inspect', '-f', '{{.Id}}', name)).slice(0, 12)
  }

  /** What a command in the container prints. */
  async inside(name, ...command) {
    return this.docker('exec', name, ...command)
  }

  async state(name) {
    return this.docker('inspect', '-f', '{{.State.Status}}', name)
  }

  async names() {
    return (await this.docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(Boolean).sort()
  }

  /** KILL, and start anew, by the script that made it. */
  async kill() {
    await run(script, ['kill', this.directory])
  }
  async start() {
    await run(script, ['start', this.directory])
  }

  /** Takes away what the test made; an engine that it left dead is started. */
  async clean() {
    const names = [...this.made]
    this.made.clear()
    if (names.length === 0) return
    await this.docker('rm', '-f', ...names).catch(async () => {
      await this.start()
      await this.docker('rm', '-f', ...names)
    })
  }
}
