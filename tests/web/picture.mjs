// The picture of the README: a small fleet at work, under names that a person might have given. Kept as
// tests/artefacts/screenshot.png; web/screenshot.png is a copy of it.
import assert from 'node:assert/strict'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Visitor } from './browser.mjs'
import { Hub, freePort } from './hub.mjs'

/** More is a burden on everybody who reads the README. */
const LARGEST = 200 * 1024
/** Points of the course of a figure, enough to see that it moves. */
const COURSE = 8

/** Holds some memory, works now and then, and ends at once when asked to. */
const WORKER = `trap "exit 0" TERM; held=$(head -c $HOLD /dev/zero | tr "\\0" x)
  while :; do i=0; n=$((RANDOM * EFFORT / 32768)); while [ $i -lt $n ]; do i=$((i+1)); done; sleep 0.2 & wait $!; done`

/** Name, image, steps of work and bytes to hold, further options. */
const FLEET = {
  a: [
    ['web-1', 'shop/web:2.4', 9000, '6m', '-p', '127.0.0.1::80'],
    ['web-2', 'shop/web:2.4', 12000, '7m', '-p', '127.0.0.1::80'],
    ['orders', 'shop/orders:1.9', 20000, '11m'],
    ['cache', 'shop/cache:7', 2000, '16m', '-p', '127.0.0.1::6379'],
    ['queue', 'shop/queue:3.1', 6000, '3m'],
    ['mail', 'shop/mail:1.2', 100, '1m'],
  ],
  b: [
    ['notebook-ann', 'lab/notebook:5', 40000, '9m'],
    ['notebook-bob', 'lab/notebook:5', 500, '8m'],
    ['training', 'lab/training:12', 150000, '18m', '--cpus', '0.3'],
    ['metrics', 'lab/metrics:2', 4000, '5m'],
  ],
}
const ENDED = { a: ['migrate', 'shop/web:2.4', 0], b: ['import-data', 'lab/training:12', 3] }

async function fill(engine) {
  const images = new Set(FLEET[engine.name].map(([, image]) => image))
  for (const image of images) await engine.docker('tag', 'busybox', image)
  for (const [name, image, effort, hold, ...options] of FLEET[engine.name]) {
    engine.made.add(name)
    await engine.docker('run', '-d', '--name', name, '-e', `EFFORT=${effort}`, '-e', `HOLD=${hold}`, ...options, image, 'sh', '-c', WORKER)
  }
  const [name, image, code] = ENDED[engine.name]
  engine.made.add(name)
  await engine.docker('run', '--name', name, image, 'sh', '-c', `exit ${code}`).catch(() => undefined)
  return () => engine.docker('rmi', ...images)
}

export const picture = {
  'the picture of the README': async ({ browser, binary, work, artefacts, a, b }) => {
    const place = join(work, 'picture')
    mkdirSync(place)
    const hub = new Hub(binary, place, await freePort(), { shop: a.address, lab: b.address })
    let untag = []
    try {
      await hub.start()
      const visitor = await Visitor.come(browser, hub.url, { height: 580 })
      const { page } = visitor
      await visitor.enter('/containers')
      // Only now: they keep the machine busy, and a page on a busy machine is slow to open.
      untag = await Promise.all([fill(a), fill(b)])
      for (const name of ['web-1', 'training']) {
        const line = visitor.row(name).locator('.cpu polyline')
        await line.waitFor()
        await page.waitForFunction(
          ([line, points]) => line.getAttribute('points').split(' ').length >= points,
          [await line.elementHandle(), COURSE],
          { timeout: 60_000 },
        )
      }
      await visitor.rowSays('import-data', 'exit 3')
      const file = join(artefacts, 'screenshot.png')
      await page.screenshot({ path: file })
      const { size } = statSync(file)
      assert(size <= LARGEST, `${size} bytes`)
      await visitor.leave()
    } finally {
      await hub.end('SIGTERM')
      await a.clean()
      await b.clean()
      for (const remove of untag) await remove()
    }
  },
}
