import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bytes, span } from '../src/format'
import type { Container, Host, PublishedPort } from '../src/protocol'
import { by, matches, words } from '../src/screens/containers/find'
import { shownPorts } from '../src/screens/containers/ports'
import { containerLook, statusWords, verbFor } from '../src/state'

const container = (more: Partial<Container>): Container => ({
  host: 'a', id: '0123456789ab', name: 'web', image: 'nginx:1', state: 'running', status: 'Up 2 hours',
  created: '2026-01-01T00:00:00Z', labels: {}, ports: [], ...more,
})
const port = (more: Partial<PublishedPort>): PublishedPort => ({
  host_ip: '0.0.0.0', host_port: 8080, container_port: 80, protocol: 'tcp', ...more,
})
const host = (addr: string) => ({ addr }) as Host

beforeEach(() => vi.stubGlobal('location', new URL('http://hub.test/')))
afterEach(() => vi.unstubAllGlobals())

test('ports lead to where the host is, and only by http', () => {
  const href = (addr: string, more: Partial<PublishedPort> = {}) => shownPorts([port(more)], host(addr))[0]?.href
  expect(href('unix:///run/docker.sock')).toBe('http://hub.test:8080/')
  expect(href('tcp://10.0.0.7:2376')).toBe('http://10.0.0.7:8080/')
  expect(href('ssh://ops@lab.example:22')).toBe('http://lab.example:8080/')
  expect(href('tcp://[fd00::1]:2376')).toBe('http://[fd00::1]:8080/')
  expect(href('tcp://10.0.0.7:2376', { host_ip: '127.0.0.1' })).toBeNull()
  expect(href('unix:///run/docker.sock', { protocol: 'udp' })).toBeNull()
  expect(href('javascript:alert(1)//')).toBeNull()
})

test('a port bound to IPv4 and IPv6 is one, and what is only exposed comes last', () => {
  const shown = shownPorts([port({ host_ip: '', host_port: 0, container_port: 443 }), port({}), port({ host_ip: '::' })], host(''))
  expect(shown.map(({ text }) => text)).toEqual(['8080→80', '443'])
})

test('search finds every word anywhere', () => {
  const one = container({ labels: { 'com.docker.compose.project': 'Shop' }, ports: [port({})] })
  for (const search of ['web', 'NGINX shop', '0123', ':8080', '80/tcp', '']) expect(matches(one, words(search))).toBe(true)
  expect(matches(one, words('web db'))).toBe(false)
})

test('order is by figures, largest first, or by words, numbers in them as numbers', () => {
  const list = ['web-10', 'web-2', 'db'].map((name) => container({ name }))
  expect([...list].sort(by('name', () => undefined)).map(({ name }) => name)).toEqual(['db', 'web-2', 'web-10'])
  const usage = ({ name }: Container) => ({ cpu_percent: name.length, memory_usage: 0 })
  expect([...list].sort(by('cpu', usage)).map(({ name }) => name)).toEqual(['web-10', 'web-2', 'db'])
})

test('a state has a shape and a word, and says why and since when', () => {
  const now = Date.parse('2026-01-01T03:00:00Z')
  const died = container({ state: 'exited', status: 'Exited (3) 1 second ago', reason: 'exit 3', finished_at: '2026-01-01T02:58:00Z' })
  expect(containerLook(died)).toEqual({ shape: 'cross', tone: 'bad', word: 'exited' })
  expect(statusWords(died, now)).toBe('exit 3 · 2 min ago')
  const ended = { ...died, status: 'Exited (0) 1 second ago', reason: null }
  expect(containerLook(ended).shape).toBe('square')
  expect(statusWords(ended, now)).toBe('exit 0 · 2 min ago')
  const sick = container({ status: 'Up 2 hours (unhealthy)', started_at: '2026-01-01T01:00:00Z' })
  expect(containerLook(sick).shape).toBe('alert')
  expect(statusWords(sick, now)).toBe('up 2 hr · unhealthy')
  expect([verbFor(died), verbFor(sick), verbFor(container({ state: 'removing' }))]).toEqual(['start', 'stop', null])
})

test('numbers carry their unit', () => {
  expect([0, 1023, 1024, 1_572_864, 200 * 1024 ** 3].map(bytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.5 MiB', '200 GiB'])
  expect([-5, 59_000, 60_000, 7_200_000, 90_000_000].map(span)).toEqual(['0 sec', '59 sec', '1 min', '2 hr', '1 day'])
})
