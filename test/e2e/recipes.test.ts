import { expect, test } from 'vitest'
import { windowWithShapes } from './window.ts'

const opened = windowWithShapes('e2e-recipes')

test('a paper’s table: found, its dataset missing, tried scaled down on another, expected beside obtained', async () => {
  const window = opened.window()
  const { page, visit } = window
  await visit('Training')
  await page.getByRole('button', { name: 'Recipes' }).click()
  await page.getByRole('textbox', { name: 'Search recipes' }).fill('δ sweep resnet-19')
  await page.getByRole('button', { name: /^Table 3 dataset missing δ sweep/ }).click()
  await page.getByRole('table', { name: 'Published numbers' }).getByText('79.51 %').waitFor()
  await page.getByText('cifar-100-binary.tar.gz').waitFor()
  // As published nothing but the paper's dataset can be chosen; scaled down any stands in, which is said.
  const need = page.getByRole('group', { name: 'CIFAR-100 with T = 4' })
  const dataset = need.locator('input').first()
  await dataset.click()
  const option = page.getByRole('option', { name: /Shapes/ })
  expect(await option.getAttribute('data-combobox-disabled')).toBe('true')
  await page.keyboard.press('Escape')
  await page.getByText('Scaled down for a CPU', { exact: true }).click()
  await dataset.click()
  await option.click()
  const epochs = page.getByLabel('Epochs', { exact: true }).first()
  await epochs.click()
  await page.getByRole('option', { name: '1', exact: true }).click()
  await page.getByRole('list', { name: 'What to know' }).getByText('stands in for CIFAR-100').waitFor()
  // How long it takes is known before it can be started.
  expect(await page.getByRole('button', { name: 'Start 4 runs' }).count()).toBe(0)
  await page.getByRole('button', { name: 'How long will it take?' }).click()
  await page.getByRole('status').filter({ hasText: 'Measured just now' }).waitFor()
  await page.getByRole('button', { name: 'Start 4 runs' }).click()
  const table = page.getByRole('table', { name: 'Expected and obtained' })
  await page.getByText('4 of 4 runs finished').first().waitFor({ timeout: 120_000 })
  await page.getByText('not comparable with the paper').waitFor()
  await expect.poll(() => table.getByRole('row').nth(2).innerText()).toMatch(/δ 0\.25\s+Accuracy\s+79\.51 %\s+\d+\.\d\d %\s+−\d+\.\d\d\s+1/)
  expect(window.faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([])
}, 240_000)
