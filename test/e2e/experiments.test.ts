import { expect, test } from 'vitest'
import { setNumber, windowWithShapes } from './window.ts'

const opened = windowWithShapes('e2e-experiments')

test('a sweep over methods with repeats: started, paused, finished, its table and runs', async () => {
  const window = opened.window()
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
  expect(await results.getByRole('row').nth(2).innerText()).toMatch(/TRT\s+\d+\.\d % ± \d+\.\d/)
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
