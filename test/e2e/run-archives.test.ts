import { expect, test } from 'vitest'
import { setNumber, windowWithShapes } from './window.ts'

const opened = windowWithShapes('e2e-run-archives')

test('a run saved as a zip, removed with its data, imported: its curves are there, and what it lacks is said', async () => {
  const window = opened.window()
  const { page, visit } = window
  const enter = async (path: string) => {
    await page.getByRole('textbox', { name: 'Path' }).fill(path)
    await page.keyboard.press('Enter')
  }
  await visit('Training')
  await page.getByRole('button', { name: 'New run' }).click()
  await setNumber(page, 'Epochs', 1)
  await page.getByRole('button', { name: /^Start/ }).click()
  await page.getByRole('button', { name: 'Save as zip…' }).click({ timeout: 60_000 })
  await enter(opened.folder())
  await page.getByRole('list', { name: 'Files' }).getByText('shapes', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Choose this folder' }).click()
  await page.getByText(/\.zip, \d+\.\d MB/).waitFor()
  const name = (await page.getByRole('heading', { level: 2 }).first().innerText()).trim()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('button', { name: 'Remove the run' }).click()
  await page.getByText('No runs yet').waitFor()
  await visit('Datasets')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('button', { name: /^Remove the/ }).click()
  await page.getByText('No datasets yet').waitFor()
  await visit('Training')
  await page.getByRole('button', { name: 'Import a run…' }).click()
  await enter(opened.folder())
  await page.getByRole('list', { name: 'Files' }).getByRole('button', { name: /\.zip/ }).click()
  await page.getByRole('table', { name: 'Runs' }).getByRole('button', { name }).click()
  await page.getByText('The data that this run was trained on is not in this library (dataset "shapes").').waitFor()
  await page.getByRole('img', { name: /^Loss\./ }).waitFor()
  await page.getByRole('button', { name: 'Export' }).click()
  expect(await page.getByRole('menuitem', { name: /^Last checkpoint/ }).isDisabled()).toBe(true)
  // The browser notes calls that were refused: the page asked for the run once more while it went.
  expect(window.faults.filter((fault) => !/status of 4\d\d/.test(fault))).toEqual([])
}, 240_000)
