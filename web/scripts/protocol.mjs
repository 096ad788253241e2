// Writes src/protocol.ts from the packets' JSON Schema; with --check, fails when it is stale.
import { readFile, writeFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

const source = new URL('../../protocol/schema.json', import.meta.url)
const target = new URL('../src/protocol.ts', import.meta.url)

/** A reference with a description beside it would become a type of its own, so it loses the description. */
function bare(schema) {
  if (Array.isArray(schema)) return schema.map(bare)
  if (typeof schema !== 'object' || schema === null) return schema
  if (typeof schema.$ref === 'string') return { $ref: schema.$ref }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, bare(value)]))
}

const schema = bare(JSON.parse(await readFile(source, 'utf8')))
const types = await compile(schema, 'Protocol', {
  additionalProperties: false,
  bannerComment: '// Generated from protocol/schema.json by `npm run protocol`; not to be edited.',
  style: { semi: false, singleQuote: true, printWidth: 120 },
})
const text = types.replace(/ \*\n \* This interface was referenced by .*\n \* via the `definition` .*\n/g, '').replace(/\/\*\*\n \* This interface was referenced by .*\n \* via the `definition` .*\n \*\/\n/g, '')

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('src/protocol.ts is stale: run `npm run protocol` in web/.')
    process.exit(1)
  }
} else await writeFile(target, text)
