import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte()],
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
