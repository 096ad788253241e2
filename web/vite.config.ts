import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

/** Beside each file its compressed form, which the hub hands to browsers as it is. */
const packed = {
  name: 'packed',
  apply: 'build',
  writeBundle({ dir = 'dist' }: { dir?: string }) {
    for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, file)
      if (/\.(js|css|html|svg)$/.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
    }
  },
} as const

export default defineConfig({
  plugins: [svelte(), packed],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The hub's policy allows no inline script, so nothing may be written into the page.
    modulePreload: { polyfill: false },
    // One style sheet: a screen whose own could not be fetched is never drawn without it.
    cssCodeSplit: false,
  },
  server: {
    proxy: Object.fromEntries(
      ['/ws', '/stream', '/poll', '/packet', '/files'].map((path) => [
        path,
        { target: process.env['QUAYSIDE_URL'] ?? 'http://127.0.0.1:9083', ws: path === '/ws' },
      ]),
    ),
  },
  test: { include: ['test/**/*.test.ts'], environment: 'node' },
})
