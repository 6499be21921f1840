import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { buildIfChanged } from '../../scripts/build.ts'
import { launchBrowser } from '../support/browser.ts'
import { root, start, type Running } from '../support/cli.ts'
import { shapes, temporaryFolder } from '../support/workbench.ts'

/** The built window in a real Chromium, on the built headless workbench. */
export interface OpenWindow {
  readonly page: Page
  /** Address with its token. */
  readonly url: string
  /** Errors that scripts threw, and what the policy refused. */
  readonly faults: readonly string[]
  /** Goes to a view by its button on the left. */
  visit(view: 'Recordings' | 'Datasets' | 'Training' | 'Models' | 'Library'): Promise<void>
  close(): Promise<void>
}

export async function openWindow(library: string): Promise<OpenWindow> {
  await buildIfChanged(() => undefined)
  const server: Running = start([join(root, 'out/main/headless.js'), 'serve', '--json', '--library', library])
  let said = ''
  server.child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await server.says(/"url":.*\n/)
  const { url } = JSON.parse(said) as { url: string }
  const browser: Browser = await launchBrowser()
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 } })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.setDefaultTimeout(30_000)
  await page.goto(url)
  return {
    page,
    url,
    faults,
    visit: async (view) => page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view, exact: true }).click(),
    close: async () => {
      await browser.close()
      server.child.kill('SIGINT')
      const { code } = await server.ended
      expect(code).toBe(0)
    },
  }
}

/** Shows what a folder holds, on the page that imports it. */
export async function lookInto({ page, visit }: Pick<OpenWindow, 'page' | 'visit'>, folder: string): Promise<void> {
  // The navigation leads back to where the view was left, and from within the view to its list. The address changes
  // a moment after the click, so each step is waited for: a page about to go would swallow what is typed into it.
  await visit('Datasets')
  await page.waitForURL(/#\/datasets/)
  if (!page.url().endsWith('#/datasets')) await visit('Datasets')
  await page.waitForURL(/#\/datasets$/)
  await page.getByRole('button', { name: 'Import a folder' }).first().click()
  const field = page.getByRole('textbox', { name: 'Folder to import' })
  await field.fill(folder)
  await page.getByRole('button', { name: 'Look into it' }).click()
}

/** Imports a folder and waits for the dataset's page. */
export async function importFolder({ page, visit }: OpenWindow, folder: string, name: string): Promise<void> {
  await lookInto({ page, visit }, folder)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: /^Import [\d,. ]+ recordings/ }).click()
  await page.getByRole('heading', { name: 'Class balance' }).waitFor({ timeout: 120_000 })
}

/** For all tests of a file: a window on a library of its own that holds the dataset "Shapes", in a folder that goes with them. */
export function windowWithShapes(name: string): { readonly folder: () => string; readonly window: () => OpenWindow } {
  let folder: string
  let window: OpenWindow
  beforeAll(async () => {
    folder = temporaryFolder(name, () => undefined)
    window = await openWindow(join(folder, 'library'))
    await importFolder(window, await shapes(join(folder, 'shapes'), 4), 'Shapes')
  }, 180_000)
  afterAll(async () => {
    await window.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder: () => folder, window: () => window }
}

/** Types a number into a field of the training form. */
export async function setNumber(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true })
  await field.fill(String(value))
  await field.blur()
}

/** How many different colours an element shows. */
export async function colours(page: Page, element: Locator): Promise<number> {
  const png = (await element.screenshot()).toString('base64')
  return page.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    if (!context) return 0
    context.drawImage(image, 0, 0)
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)
    return new Set(pixels).size
  }, png)
}
