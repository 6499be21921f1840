import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shapes, temporaryFolder } from '../support/workbench.ts'
import { openWindow, type OpenWindow } from './window.ts'

let folder: string
let camera: string
let elsewhere: string
let window: OpenWindow

beforeAll(async () => {
  folder = temporaryFolder('e2e-library', () => undefined)
  camera = await shapes(join(folder, 'camera'), 2)
  elsewhere = await shapes(join(folder, 'elsewhere'), 1, 9)
  writeFileSync(join(camera, 'circle/photo.bin'), Buffer.from('\x89PNG\r\n\x1a\n and what follows', 'latin1'))
  window = await openWindow(join(folder, 'library'))
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})

const grid = (): Locator => window.page.getByRole('grid', { name: 'Recordings' })
/** A row by words in its first cells. */
const row = (name: string): Locator => grid().getByRole('row').filter({ has: window.page.getByRole('gridcell', { name, exact: true }) })
const watches = (): Locator => window.page.getByRole('complementary', { name: 'Library', exact: true })
/** The first column from top to bottom. */
const names = (): Promise<string[]> => grid().locator('[role=row] [role=gridcell]:first-child').allTextContents()
const sortBy = (title: string) => grid().getByRole('columnheader', { name: title }).getByRole('button').click()

describe('the library', () => {
  test('is empty at first and says what it is for; a watch folder is added through the dialog, its rule tried before', async () => {
    const { page, visit } = window
    await visit('Library')
    await page.getByRole('heading', { name: 'No recordings known yet' }).waitFor()
    await page.getByRole('button', { name: 'Watch a folder' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Watch a folder' })
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(join(folder, 'nowhere'))
    await dialog.getByText('there is no such folder').waitFor()
    await expect.poll(() => dialog.getByRole('button', { name: 'Watch it' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(camera)
    await dialog.getByText('9 files, 4 labels').waitFor()
    await dialog.getByRole('button', { name: 'Watch it' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('9 files, labelled by subfolder').waitFor()
    await expect.poll(() => grid().getAttribute('aria-rowcount')).toBe('10')
  })

  test('lists recordings with their label, sorted and filtered as asked', async () => {
    const { page } = window
    await sortBy('Recording')
    await expect.poll(names).toEqual(['circle-000.bin', 'circle-001.bin', 'cross-000.bin', 'cross-001.bin', 'photo.bin', 'square-000.bin', 'square-001.bin', 'triangle-000.bin', 'triangle-001.bin'])
    expect(await row('cross-000.bin').getByRole('gridcell').nth(1).textContent()).toBe('cross')
    await sortBy('Recording')
    await expect.poll(async () => (await names())[0]).toBe('triangle-001.bin')
    await sortBy('Events')
    await expect
      .poll(async () => {
        const counts = (await grid().locator('[role=row] [role=gridcell]:nth-child(6)').allTextContents()).filter((text) => text !== '–').map((text) => Number(text.replaceAll(',', '')))
        return counts.length === 8 && counts.every((count, i) => i === 0 || count <= counts[i - 1]!)
      })
      .toBe(true)
    const filter = page.getByRole('textbox', { name: 'Filter recordings' })
    await filter.fill('square bin')
    await page.getByText('2 of 9 recordings').waitFor()
    expect((await names()).sort()).toEqual(['square-000.bin', 'square-001.bin'])
    await filter.fill('nothing like this')
    await page.getByText('0 of 9 recordings').waitFor()
    await filter.fill('')
    await page.getByText('9 recordings').waitFor()
  })

  test('tells what is in a recording: statistics, rate, files', async () => {
    const { page } = window
    await row('cross-001.bin').click()
    const details = page.getByRole('complementary', { name: 'Statistics of the recording' })
    await details.getByRole('heading', { name: 'cross-001.bin' }).waitFor()
    const facts = await details.getByRole('region', { name: 'Statistics' }).textContent()
    expect(facts).toMatch(/Sensor34 × 34 px.*Duration[\d.]+ (ms|s).*Events[\d,]+.*ON \/ OFF[\d.]+ % \/ [\d.]+ %.*Labelcross/)
    await details.getByText('Events per second').waitFor()
    await details.getByText(join(camera, 'cross/cross-001.bin')).waitFor()
  })

  test('says what can not be read, and shows it; closed, the notice stays closed', async () => {
    const { page } = window
    await watches().getByRole('button', { name: /^All recordings/ }).click()
    const notice = page.getByRole('list', { name: 'Notices of the library' }).getByRole('listitem')
    await notice.filter({ hasText: 'photo.bin is no recording that can be read' }).waitFor()
    await notice.getByRole('button', { name: 'Show' }).click()
    await expect.poll(async () => (await names())[0]).toBe('photo.bin')
    await row('photo.bin').getByText('unreadable').waitFor()
    await notice.getByRole('button', { name: 'Close this notice' }).click()
    await notice.waitFor({ state: 'hidden' })
  })

  test('a file that is copied into the folder appears by itself; a copy of it is named as one', async () => {
    const { page } = window
    await watches().getByRole('button', { name: /^camera/ }).click()
    copyFileSync(join(elsewhere, 'square/square-000.bin'), join(camera, 'square/new one.bin'))
    await row('new one.bin').waitFor()
    expect(await row('new one.bin').getByRole('gridcell').nth(1).textContent()).toBe('square')
    copyFileSync(join(elsewhere, 'square/square-000.bin'), join(camera, 'triangle/twin.bin'))
    // One recording, however many files have it.
    await grid().getByRole('row').filter({ has: page.getByRole('gridcell', { name: 'copies 1' }) }).waitFor()
    expect(await grid().getAttribute('aria-rowcount')).toBe('11')
    await row('new one.bin').click()
    const details = page.getByRole('complementary', { name: 'Statistics of the recording' })
    await details.getByText('2 files').waitFor()
    await details.getByText('triangle/twin.bin (copy)').waitFor()
  })

  test('a label of a new subfolder; a recording that has gone is told, and comes back', async () => {
    const { page } = window
    mkdirSync(join(camera, 'star'))
    copyFileSync(join(elsewhere, 'cross/cross-000.bin'), join(camera, 'star/star.bin'))
    expect(await row('star.bin').getByRole('gridcell').nth(1).textContent()).toBe('star')
    rmSync(join(camera, 'star/star.bin'))
    await row('star.bin').getByText('gone').waitFor()
    copyFileSync(join(elsewhere, 'cross/cross-000.bin'), join(camera, 'star/star.bin'))
    await row('star.bin').getByText('gone').waitFor({ state: 'hidden' })
    await page.getByText('12 files, labelled by subfolder').waitFor()
  })

  test('opens a recording on the stage', async () => {
    const { page, visit } = window
    await row('circle-000.bin').dblclick()
    await page.getByLabel('File facts').getByText('34×34').waitFor()
    await visit('Library')
    await watches().getByRole('button', { name: /^camera/ }).click()
  })

  test('a watch folder is removed; what was found in it stays known', async () => {
    const { page } = window
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop watching' }).click()
    await watches().getByRole('button', { name: /^camera/ }).waitFor({ state: 'hidden' })
    await expect.poll(() => grid().getAttribute('aria-rowcount')).toBe('12')
    // The whole way there was no error in the page.
    expect(window.faults).toEqual([])
  })
})
