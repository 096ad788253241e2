import { afterEach, expect, test } from 'vitest'
import { bytes, span } from '../src/format'
import { language, speak, t } from '../src/texts'
import { en } from '../src/texts/en'
import { ko } from '../src/texts/ko'
import { zh } from '../src/texts/zh'

/** Every text with its path: a function as its number of parameters at most, a text as `text`. */
function shape(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const here = `${path}.${key}`
    return typeof value === 'object' && value !== null ? shape(value as object, here) : [`${here} ${typeof value}`]
  })
}

/** Every plain text, by path. */
function plain(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]): [string, string][] => {
    const here = `${path}.${key}`
    if (typeof value === 'string') return [[here, value]]
    return typeof value === 'object' && value !== null ? plain(value as object, here) : []
  })
}

afterEach(() => speak('en'))

test('each language says all that English says, and nothing else', () => {
  for (const other of [ko, zh]) expect(shape(other).sort()).toEqual(shape(en).sort())
})

test('nothing is left in English', () => {
  // Names, units, keys and terms that are the same in every language.
  const same = /^(Ctrl-Shift-.*|Esc|Tab|Ctrl|Quayside|WebSocket|SSE|CPU|API|ID|TLS|SSH|TCP|JSON|IPv[46]|stderr|[\W\d]+)$/
  const english = new Map(plain(en))
  for (const other of [ko, zh]) {
    const left = plain(other).filter(([path, text]) => text === english.get(path) && !same.test(text))
    expect(left).toEqual([])
  }
})

test('another language takes the place of all texts, numbers and spans', async () => {
  await speak('ko')
  expect([language, t.nav.hosts, t.ago(span(180_000))]).toEqual(['ko', '호스트', '3분 전'])
  await speak('zh')
  expect([t.nav.hosts, t.hosts.cpus(4), t.ago(span(7_200_000)), bytes(1_572_864)]).toEqual(['主机', '4 个 CPU', '2小时前', '1.5 MiB'])
})

test('counts have the form that the language wants', () => {
  expect([1, 2, 1000].map((n) => t.hosts.cpus(n))).toEqual(['1 CPU', '2 CPUs', '1,000 CPUs'])
})
