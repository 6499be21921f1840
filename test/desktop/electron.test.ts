import { spawn } from 'node:child_process'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { WorkbenchApi } from '../../preload/contract/index.ts'
import { buildIfChanged } from '../../scripts/build.ts'
import { findElectron } from '../../scripts/electron.ts'
import { freePort } from '../support/browser.ts'
import { root } from '../support/cli.ts'
import { temporaryFolder } from '../support/workbench.ts'

declare const window: { saccade: WorkbenchApi }

/** Only a binary that is here already: a test downloads nothing. */
const electron = await findElectron(root, { ...process.env, ELECTRON_MIRROR: 'http://127.0.0.1:9/' })

describe.skipIf(electron.path === null)(`the real Electron (skipped here: ${electron.reason ?? 'it is there'})`, () => {
  test('opens the window, and calls cross', async () => {
    await buildIfChanged(() => undefined)
    const library = temporaryFolder('electron')
    const port = await freePort()
    const child = spawn(electron.path ?? '', ['.', '--library', library, `--remote-debugging-port=${port}`], { cwd: root, stdio: 'ignore' })
    try {
      const browser = await expect
        .poll(() => chromium.connectOverCDP(`http://127.0.0.1:${port}`).catch(() => null), { timeout: 30_000 })
        .not.toBe(null)
        .then(() => chromium.connectOverCDP(`http://127.0.0.1:${port}`))
      await expect.poll(() => browser.contexts()[0]?.pages()[0]?.url(), { timeout: 30_000 }).toMatch(/^saccade:\/\/window\//)
      const page = browser.contexts()[0]?.pages()[0]
      if (!page) throw new Error('no window')
      await page.getByRole('heading', { name: 'Recordings', level: 1 }).waitFor()
      expect(await page.evaluate(() => window.saccade.call('app.info', {}))).toMatchObject({ host: 'desktop', library })
      expect(await page.evaluate(() => 'require' in globalThis || 'process' in globalThis)).toBe(false)
      await browser.close()
    } finally {
      child.kill()
    }
  })
})
