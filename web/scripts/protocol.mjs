// Writes src/protocol.ts from the packets' JSON Schema; with --check, fails when it is stale.
import { readFile, writeFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

const source = new URL('../../protocol/schema.json', import.meta.url)
const target = new URL('../src/protocol.ts', import.meta.url)

const schema = JSON.parse(await readFile(source, 'utf8'))
const text = await compile(schema, 'Protocol', {
  additionalProperties: false,
  bannerComment: '// Generated from protocol/schema.json by `npm run protocol`; not to be edited.',
  style: { semi: false, singleQuote: true, printWidth: 120 },
  unreachableDefinitions: true,
})

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('src/protocol.ts is stale: run `npm run protocol` in web/.')
    process.exit(1)
  }
} else await writeFile(target, text)
