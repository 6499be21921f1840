import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shapes, temporaryFolder } from '../support/workbench.ts'
import { importFolder, openWindow, setNumber, type OpenWindow } from './window.ts'

let folder: string
let window: OpenWindow
beforeAll(async () => {
  folder = temporaryFolder('e2e-experiments', () => undefined)
  window = await openWindow(join(folder, 'library'))
  await importFolder(window, await shapes(join(folder, 'shapes'), 4), 'Shapes')
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a sweep over methods with repeats: started, paused, finished, its table and runs', async () => {
  const { page, visit } = window
  await visit('Training')
  await page.getByRole('button', { name: 'New run' }).click()
  await setNumber(page, 'Epochs', 1)
  const vary = page.getByRole('region', { name: 'Repeat and vary' })
  await setNumber(page, 'Runs of every setting', 2)
  await vary.getByRole('button', { name: 'Vary a setting' }).click()
  await vary.getByRole('textbox', { name: 'Values of Method' }).fill('sdt, tte')
  // What can't be is told before anything is made.
  await page.getByRole('alert').filter({ hasText: 'method=tte' }).waitFor()
  expect(await page.getByRole('button', { name: 'Start 4 runs' }).isDisabled()).toBe(true)
  await vary.getByRole('textbox', { name: 'Values of Method' }).fill('sdt, trt')
  await page.getByRole('button', { name: 'Start 4 runs' }).click()
  const results = page.getByRole('table', { name: 'Results' })
  await results.waitFor()
  expect(await page.getByRole('table', { name: 'Runs of the experiment' }).getByRole('row').count()).toBe(5)
  await page.getByText('4 of 4 runs finished').first().waitFor({ timeout: 120_000 })
  await results.getByText('2 / 2').nth(1).waitFor()
  expect(await results.getByRole('row').nth(2).innerText()).toMatch(/trt\s+\d+\.\d % ± \d+\.\d/)
  expect(await page.getByRole('list', { name: 'Validation accuracy after the last epoch' }).getByRole('listitem').count()).toBe(2)
  await page.getByRole('table', { name: 'Runs of the experiment' }).getByRole('button').first().click()
  await page.getByText('epoch 1').first().waitFor()
  await visit('Training')
  await page.waitForURL(/#\/training$/)
  await page.getByRole('table', { name: 'Experiments' }).getByRole('button').first().click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('button', { name: 'Remove it and its runs' }).click()
  await page.getByText('No runs yet').waitFor()
  expect(window.faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([])
}, 240_000)
