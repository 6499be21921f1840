import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/workbench.ts'
import { openWindow, type OpenWindow } from './window.ts'

let folder: string
let path: string
let window: OpenWindow

beforeAll(async () => {
  folder = temporaryFolder('e2e-text', () => undefined)
  path = join(folder, 'odd.csv')
  const lines = Array.from({ length: 400 }, (_, i) => `${i % 30};${(i * 3) % 20};${i};${i / 4};${(i >> 1) % 2};word`)
  writeFileSync(path, `Camera dump\nof a test\n${lines.join('\n')}\n`)
  window = await openWindow(join(folder, 'library'))
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})

const panel = (): Locator => window.page.getByRole('region', { name: 'How the text is read' })
const facts = (): Locator => window.page.getByLabel('File facts')

describe('a text that nothing can be told of', () => {
  test('is shown with its lines; once the columns are named it opens', async () => {
    const { page } = window
    await page.getByRole('textbox', { name: 'Path of a recording' }).fill(path)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'This file could not be opened' }).waitFor()
    await panel().getByText('which column is which is not known · semicolon · 2 header lines').waitFor()
    const lines = panel().getByRole('table', { name: 'First lines' })
    expect(await lines.getByRole('row').nth(1).textContent()).toBe('1Camera dump')
    expect(await lines.getByRole('row').nth(4).getByRole('cell').allTextContents()).toEqual(['4', '1', '3', '1', '0.25', '0', 'word'])
    for (const [column, role] of [[1, 'x'], [2, 'y'], [4, 't'], [5, 'p']] as const) await panel().getByLabel(`Column ${column}`).selectOption(role)
    await facts().getByText('400 events').waitFor()
    await facts().getByText('30×20').waitFor()
    await panel().getByText('told', { exact: true }).waitFor()
  })

  test('every change takes effect at once', async () => {
    const { page } = window
    // Quarters of a unit, 400 of them: 99.75 s or ms.
    await panel().getByRole('combobox', { name: 'Unit of time' }).or(panel().getByRole('textbox', { name: 'Unit of time' })).first().click()
    await page.getByRole('option', { name: 'ms', exact: true }).click()
    await facts().getByText('99.75 ms').waitFor()
    await panel().getByLabel('Column 1').selectOption('y')
    await facts().getByText('20×30').waitFor()
    await panel().getByLabel('Sensor width').fill('64')
    await panel().getByLabel('Sensor height').fill('48')
    await page.keyboard.press('Enter')
    await facts().getByText('64×48').waitFor()
    await panel().getByRole('textbox', { name: 'Header lines' }).fill('12')
    await page.keyboard.press('Enter')
    await facts().getByText('390 events').waitFor()
  })

  test('is read so ever after, until it is guessed again; nothing lies beside it', async () => {
    const { page } = window
    await page.reload()
    await facts().getByText('390 events').waitFor()
    await facts().getByText('64×48').waitFor()
    await panel().getByRole('button', { name: /How the text is read/ }).click()
    await panel().getByRole('button', { name: 'Guess again' }).click()
    await page.getByRole('heading', { name: 'This file could not be opened' }).waitFor()
    expect(readdirSync(folder).sort()).toEqual(['library', 'odd.csv'])
  })
})
