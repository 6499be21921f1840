import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createBrowserClient } from '../../preload/contract/browser-client.ts'
import { findElectron } from '../../scripts/electron.ts'
import { start } from '../support/cli.ts'
import { folderWith, temporaryFolder } from '../support/workbench.ts'

describe('npm start without a display', () => {
  test('serves the workbench on loopback, says why, and ends with Ctrl-C', async () => {
    const library = temporaryFolder('start')
    const started = start(['scripts/start.ts', '--no-open', '--library', library], { DISPLAY: '', WAYLAND_DISPLAY: '' })
    await started.says(/Ctrl-C ends it/)
    started.interrupt()
    const { code, stdout } = await started.ended
    expect(code).toBe(0)
    expect(stdout).toContain('No Electron window: ')
    expect(stdout).toContain('Serving the same workbench on loopback instead.')
    expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/)
  })

  test('the printed address is a working workbench', async () => {
    const library = temporaryFolder('start')
    const started = start(['scripts/start.ts', '--browser', '--no-open', '--library', library])
    let said = ''
    started.child.stdout?.on('data', (text: Buffer) => {
      said += text.toString()
    })
    await started.says(/Ctrl-C ends it/)
    const [, origin = '', token = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]+)/.exec(said) ?? []
    expect(await (await fetch(origin)).text()).toContain('<title>Saccade</title>')
    const client = createBrowserClient(token, { origin })
    expect(await client.call('app.info', {})).toMatchObject({ library, host: 'browser' })
    client.close()
    started.interrupt()
    expect((await started.ended).code).toBe(0)
  })

  test('wrong options are a usage error', async () => {
    const { code, stderr } = await start(['scripts/start.ts', '--windows']).ended
    expect(code).toBe(2)
    expect(stderr).toMatch(/--windows.*\n\nUsage: npm start/)
  })
})

describe.skipIf(process.platform !== 'linux')('finding Electron (Linux; elsewhere there is always a display)', () => {
  const display = { DISPLAY: ':0' }
  const electron = (files: Record<string, string> = {}): string =>
    folderWith(temporaryFolder('electron'), { 'node_modules/electron/package.json': '{"version": "1.2.3"}', ...files })

  test('not without a display, and not as root', async () => {
    expect(await findElectron(electron(), {}, 1000)).toMatchObject({
      path: null,
      reason: expect.stringContaining('there is no display') as string,
    })
    expect(await findElectron(electron(), display, 0)).toMatchObject({ path: null, reason: expect.stringContaining('root') as string })
    expect(await findElectron(temporaryFolder('none'), { WAYLAND_DISPLAY: 'wayland-0' }, 1000)).toMatchObject({
      path: null,
      reason: 'the electron package is not installed',
    })
  })

  test('the binary that is there is taken', async () => {
    const root = electron({ 'node_modules/electron/path.txt': 'electron', 'node_modules/electron/dist/electron': '#!/bin/sh\n' })
    expect(await findElectron(root, display, 1000)).toEqual({ path: join(root, 'node_modules/electron/dist/electron'), reason: null })
  })

  test('where its host can not be reached, its installer is not even asked', async () => {
    const root = electron({ 'node_modules/electron/install.js': "require('fs').writeFileSync(__dirname + '/asked', '')" })
    expect(await findElectron(root, { ...display, ELECTRON_MIRROR: 'http://127.0.0.1:9/' }, 1000)).toEqual({
      path: null,
      reason: "Electron's binary is not here yet and 127.0.0.1:9 can't be reached to fetch it",
    })
  })

  test('where it can, the installer fetches it; one that fails says why', async () => {
    const mirror = createServer((_request, response) => response.end())
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
    const env = { ...process.env, ...display, ELECTRON_MIRROR: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/` }
    const installer =
      "const fs = require('fs'); fs.mkdirSync(__dirname + '/dist'); fs.writeFileSync(__dirname + '/dist/electron', ''); fs.writeFileSync(__dirname + '/path.txt', 'electron')"
    const good = electron({ 'node_modules/electron/install.js': installer })
    expect(await findElectron(good, env, 1000)).toEqual({ path: join(good, 'node_modules/electron/dist/electron'), reason: null })
    const bad = electron({ 'node_modules/electron/install.js': "console.error('checksum mismatch\\n  at line 1'); process.exit(1)" })
    expect(await findElectron(bad, env, 1000)).toEqual({ path: null, reason: "Electron's binary could not be fetched (checksum mismatch)" })
    mirror.close()
  })
})

test.skipIf(process.platform !== 'linux' || process.getuid?.() === 0)(
  'an Electron that does not start is told, and the browser is used (Linux, not as root)',
  async () => {
    const dist = folderWith(temporaryFolder('dist'), { electron: '#!/bin/sh\necho "no sandbox here" >&2\nexit 1\n' })
    chmodSync(join(dist, 'electron'), 0o755)
    const started = start(['scripts/start.ts', '--no-open', '--library', temporaryFolder('start')], {
      DISPLAY: ':0',
      ELECTRON_OVERRIDE_DIST_PATH: dist,
    })
    await started.says(/Ctrl-C ends it/)
    started.interrupt()
    expect((await started.ended).stdout).toMatch(/Electron did not start \(exit code 1\):\n {2}no sandbox here/)
  },
)
