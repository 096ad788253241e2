import { expect, test } from 'vitest'
import { placeHref, placeOf } from '../src/place'
import type { Container } from '../src/protocol'
import { grouped, type Shown } from '../src/screens/containers/group'
import { bare, runs } from '../src/screens/container/logs/ansi'
import { contrast, onPage } from '../src/screens/container/logs/colour'
import { marked, matcher, spans } from '../src/screens/container/logs/find'
import { jsonOf } from '../src/screens/container/logs/json'
import { columns } from '../src/screens/container/stats/course.svelte'

const E = '\x1b['

test('escapes become looks, and nothing of them is left in the text', () => {
  const list = runs(`${E}1;32mgood${E}0m plain ${E}38;5;196mred${E}m\x1b]0;a title\x07${E}2Kend`)
  expect(list.map(({ text, look }) => [text, look])).toEqual([['good', 'ansi-bold ansi-2'], [' plain ', ''], ['red', ''], ['end', '']])
  expect(list[2]?.style).toMatch(/^color: light-dark\(rgb\(/)
  expect(bare(`${E}31ma${E}0mb`)).toBe('ab')
})

test('what a terminal would have overwritten is gone, and what cannot be seen is shown', () => {
  expect(bare('10%\r50%\rdone\r')).toBe('done')
  expect(bare('a\x00b\u202ec')).toBe('a␀b⟨202E⟩c')
})

test('every colour can be read in both themes', () => {
  for (const colour of [[0, 0, 0], [255, 255, 255], [255, 255, 0], [0, 0, 255], [120, 120, 120]] as const) {
    const [light, dark] = [...onPage(colour).matchAll(/rgb\((\d+) (\d+) (\d+)\)/g)].map(([, ...rgb]) => rgb.map(Number) as [number, number, number])
    expect(contrast(light ?? [255, 255, 255], [255, 255, 255])).toBeGreaterThan(4.4)
    expect(contrast(dark ?? [21, 26, 32], [21, 26, 32])).toBeGreaterThan(4.4)
  }
})

test('matches are marked across runs, as text or as an expression', () => {
  const found = (search: string, regex: boolean, text: string) => spans(matcher(search, regex).find as RegExp, text)
  expect(marked(runs(`${E}1mgood${E}0m morning`), found('od mor', false, 'good morning')).map(({ text, marked: on }) => (on ? `[${text}]` : text)).join('')).toBe('go[od][ mor]ning')
  expect(found('a.c', false, 'abc')).toEqual([])
  expect(found('a.c', true, 'xABC')).toEqual([[1, 4]])
  expect(matcher('(', true)).toEqual({ find: null, bad: true })
})

test('a line is JSON only if it is a document', () => {
  expect(jsonOf('{"a":1}')).toEqual({ a: 1 })
  expect(jsonOf('2026-01-01 INFO {"a":1}')).toEqual({ a: 1 })
  for (const text of ['plain', 'worker [12]', '{}', '{broken}', '12']) expect(jsonOf(text)).toBeUndefined()
})

test('counters become rates, and a hole stays a hole', () => {
  const at = (second: number, rx: number) => ({
    time: new Date(second * 1000).toISOString(), cpu_percent: 1, memory_usage: 1, memory_limit: 0, memory_percent: 0,
    network_rx: rx, network_tx: 0, block_read: 0, block_write: 0, pids: 1,
  })
  const { time, received } = columns([at(0, 0), at(10, 100), at(20, 50), at(100, 500), at(110, 600)])
  expect(time).toEqual([0, 10, 20, 60, 100, 110])
  expect(received).toEqual([null, 10, null, null, null, 10])
})

test('groups go by name, those without one last, and fold', () => {
  const row = (name: string, project?: string): Shown => ({
    key: name, gone: false,
    container: { name, state: 'running', labels: project === undefined ? {} : { 'com.docker.compose.project': project } } as unknown as Container,
  })
  const lines = grouped([row('a'), row('b', 'shop'), row('c', 'blog'), row('d', 'shop')], 'project', ['blog'])
  expect(lines.map((line) => line.group?.name ?? line.row?.key)).toEqual(['blog', 'shop', 'b', 'd', '', 'a'])
})

test('a place is read as it was written', () => {
  const href = placeHref({ host: 'a/b c', id: '0123456789abcdef' }, 'logs', { q: 'x y' })
  expect(href).toBe('#/containers/a%2Fb%20c/0123456789ab/logs?q=x+y')
  expect(placeOf(href.slice(1).split('?')[0] ?? '')).toEqual({ host: 'a/b c', id: '0123456789ab', tab: 'logs' })
  expect(placeOf('/containers')).toBeNull()
})
