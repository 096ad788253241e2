// The dashboard in Chromium, over two real Docker Engines. Reads QUAYSIDE_BIN (the hub), QUAYSIDE_ENGINE_A and
// QUAYSIDE_ENGINE_B (directories of scripts/engine); writes screenshots to tests/artefacts; ends with
// "N passed, N failed". A word as argument runs only the tests whose name has it.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { account } from './account.mjs'
import { admin } from './admin.mjs'
import { startNginx } from './between.mjs'
import { openBrowser } from './browser.mjs'
import { container } from './container.mjs'
import { dashboard } from './dashboard.mjs'
import { Engine } from './engine.mjs'
import { events } from './events.mjs'
import { eventSource } from './eventsource.mjs'
import { files } from './files.mjs'
import { fleet } from './fleet.mjs'
import { hostile } from './hostile.mjs'
import { Hub, freePort } from './hub.mjs'
import { load } from './load.mjs'
import { logs } from './logs.mjs'
import { outages } from './outages.mjs'
import { picture } from './picture.mjs'
import { proxies } from './proxies.mjs'
import { rights } from './rights.mjs'
import { long, scale } from './scale.mjs'
import { screens } from './screens.mjs'
import { table } from './table.mjs'
import { terminal } from './terminal.mjs'
import { tour } from './tour.mjs'
import { why } from './why.mjs'

/** Milliseconds a test may take; the longest watches the page's memory. */
const LIMIT = long ? 900_000 : 180_000

function required(name) {
  if (!process.env[name]) throw new Error(`${name} is not set`)
  return process.env[name]
}

const artefacts = fileURLToPath(new URL('../artefacts', import.meta.url))
mkdirSync(artefacts, { recursive: true })
const work = mkdtempSync(join(tmpdir(), 'quayside-web-'))
const a = new Engine('a', required('QUAYSIDE_ENGINE_A'))
const b = new Engine('b', required('QUAYSIDE_ENGINE_B'))
const binary = required('QUAYSIDE_BIN')
const hub = new Hub(binary, work, await freePort(), { a: a.address, b: b.address })

let browser, nginx
let passed = 0
let failed = 0

async function run(name, test) {
  if (process.argv[2] && !name.includes(process.argv[2])) return
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took over ${LIMIT / 1000} s`)), LIMIT)
  })
  const began = Date.now()
  try {
    await Promise.race([test({ browser, hub, nginx, binary, work, a, b, artefacts }), late])
    passed += 1
    console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed += 1
    console.log(`FAILED  ${name}\n${error.stack}`)
    const pages = browser.contexts().flatMap((context) => context.pages())
    const file = name.replace(/\W+/g, '-')
    for (const [i, page] of pages.entries()) {
      await page.screenshot({ path: join(artefacts, `failed-${file}-${i}.png`) }).catch(() => undefined)
    }
  } finally {
    clearTimeout(timer)
    await Promise.all(browser.contexts().map((context) => context.close()))
    // A test that failed may have left an engine dead, or a host behind, which those after it know nothing of.
    for (const engine of [a, b]) await engine.clean()
    await hub.clean().catch(() => undefined)
  }
}

try {
  await hub.start()
  nginx = await startNginx(work, hub.port)
  browser = await openBrowser()
  const all = [
    dashboard, table, container, logs, files, why, account, admin, rights, fleet, events, eventSource, outages, proxies, screens,
    terminal, tour, hostile, picture, load, scale,
  ]
  for (const tests of all) {
    for (const [name, test] of Object.entries(tests)) await run(name, test)
  }
} finally {
  await browser?.close()
  nginx?.stop()
  await hub.end('SIGTERM')
  if (failed > 0) cpSync(join(work, 'hub.log'), join(artefacts, 'hub.log'))
  rmSync(work, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
