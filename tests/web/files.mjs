// Files into and out of a container.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Visitor } from './browser.mjs'
import { until } from './wait.mjs'

export const files = {
  'directories are walked, and the place stands in the address': async ({ browser, hub, a }) => {
    await a.run('web-walk')
    await a.inside('web-walk', 'sh', '-c', 'mkdir -p "/srv/<i>deep&amp;/in"; echo x >"/srv/<i>deep&amp;/in/file.txt"')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-walk', '/files')
    const { page } = visitor
    await page.getByRole('button', { name: 'srv', exact: true }).click()
    await page.getByRole('button', { name: '<i>deep&amp;', exact: true }).click()
    await page.getByRole('button', { name: 'in', exact: true }).click()
    await page.getByRole('button', { name: 'file.txt', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'file.txt', exact: true }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'in', exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'Path' }).fill('/no/such/place')
    await page.keyboard.press('Enter')
    await page.getByText('The container gives no listing of this path').waitFor()
    await visitor.leave()
  },

  'a file is dropped in, another is picked, and both are there': async ({ browser, hub, a }) => {
    await a.run('web-up')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-up', '/files?path=%2Ftmp')
    const { page } = visitor
    await page.getByText('This directory is empty').waitFor()
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['dropped <here>'], 'a name & more.txt'))
      return transfer
    })
    for (const type of ['dragenter', 'dragover', 'drop']) await page.locator('.listing').dispatchEvent(type, { dataTransfer: data })
    await page.getByRole('button', { name: 'a name & more.txt', exact: true }).waitFor()
    assert.equal(await a.inside('web-up', 'cat', '/tmp/a name & more.txt'), 'dropped <here>')
    const big = Buffer.alloc(3 << 20, 'quay')
    await page.locator('input[type=file]').setInputFiles({ name: 'big.bin', mimeType: 'application/octet-stream', buffer: big })
    await page.getByRole('list', { name: 'Transfers' }).getByText('3.0 MiB done').waitFor()
    await until('the whole of it', async () => (await a.inside('web-up', 'stat', '-c', '%s', '/tmp/big.bin')) === String(big.length))
    await visitor.leave()
  },

  'a file comes out as it is, a directory as a tar': async ({ browser, hub, a }) => {
    await a.run('web-down')
    await a.inside('web-down', 'sh', '-c', 'mkdir -p /srv/d; printf "exactly this" >/srv/d/one.txt')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-down', '/files?path=%2Fsrv%2Fd')
    const { page } = visitor
    const fetched = async (press) => {
      const coming = page.waitForEvent('download')
      await press()
      const download = await coming
      return [download.suggestedFilename(), await readFile(await download.path())]
    }
    const [name, bytes] = await fetched(() => page.getByRole('button', { name: 'one.txt', exact: true }).click())
    assert.deepEqual([name, bytes.toString()], ['one.txt', 'exactly this'])
    const [tar, packed] = await fetched(() => page.getByRole('button', { name: 'Download', exact: true }).click())
    assert.equal(tar, 'd.tar')
    assert.match(packed.toString('latin1'), /one\.txt.*exactly this/s)
    await visitor.leave()
  },

  'a link to a directory leads into it, one to a file comes as a tar': async ({ browser, hub, a }) => {
    await a.run('web-link')
    await a.inside('web-link', 'sh', '-c', 'mkdir -p /srv/real; echo x >/srv/real/in; ln -s real /srv/way; ln -s real/in /srv/to-file')
    const visitor = await Visitor.come(browser, hub.url)
    await visitor.enterContainer(a, 'web-link', '/files?path=%2Fsrv')
    const { page } = visitor
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'to-file', exact: true }).click()
    assert.equal((await coming).suggestedFilename(), 'to-file.tar')
    await page.getByRole('button', { name: 'way', exact: true }).click()
    await page.getByRole('button', { name: 'in', exact: true }).waitFor()
    assert.equal(await page.locator('.problems li').count(), 0)
    await visitor.leave()
  },
}
