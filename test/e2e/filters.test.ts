import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecording } from '../../main/events/read.ts'
import { shapes, temporaryFolder } from '../support/workbench.ts'
import { openWindow, type OpenWindow } from './window.ts'

/** Machines without a GPU draw in software, and may be busy with other things. */
const patient = { timeout: 30_000 }

let folder: string
let recording: string
let window: OpenWindow
/** The rate curve without filters. */
let original: string
let facts: { events: number; on: number; off: number }
beforeAll(async () => {
  folder = temporaryFolder('e2e-filters', () => undefined)
  await shapes(join(folder, 'shapes'), 2)
  recording = join(folder, 'shapes/cross/cross-000.bin')
  facts = readRecording(recording).recording
  window = await openWindow(join(folder, 'library'))
  await open(recording)
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})

const stage = (path = recording) => window.page.getByRole('img', { name: `Events of ${path}` })
const panel = () => window.page.getByRole('tabpanel', { name: /^Filters/ })
const filter = (name: string) => panel().getByRole('region', { name })
const number = (value: number) => value.toLocaleString('en')

async function open(path: string): Promise<void> {
  await window.page.getByRole('textbox', { name: 'Path of a recording' }).fill(path)
  await window.page.keyboard.press('Enter')
  await stage(path).waitFor()
}

const tab = (name: RegExp) => window.page.getByRole('tab', { name }).click()

async function add(name: string): Promise<void> {
  await panel().getByRole('button', { name: 'Add a filter' }).click()
  await window.page.getByRole('menuitem', { name, exact: true }).click()
}

/** Waits until the panel tells what the filters did, and these events are what is left. */
async function kept(events: number): Promise<void> {
  await panel()
    .getByText(`kept ${((100 * events) / facts.events).toFixed(1)} % of ${number(facts.events)} events`)
    .waitFor()
  await expect.poll(() => panel().getByRole('definition').first().textContent(), patient).toBe(number(events))
}

/** Waits until the stage, showing the whole recording at once, tells so many events. */
async function staged(events: number, path = recording): Promise<void> {
  await expect.poll(() => shownEvents(path), patient).toBe(`${number(events)} events in 10 s`)
}
const shownEvents = async (path: string) =>
  (
    await stage(path)
      .locator('..')
      .getByText(/^[\d,]+ events? in /)
      .textContent()
  )?.trim()

/** The rate curve's picture. */
const curve = () =>
  window.page
    .getByRole('slider', { name: 'Position in the recording' })
    .locator('canvas')
    .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''))

/** The whole recording in one picture: its end, with the longest accumulation. */
async function showAll(): Promise<void> {
  const slider = window.page.getByRole('slider', { name: 'Accumulate' })
  await slider.focus()
  await window.page.keyboard.press('End')
  await window.page.getByRole('slider', { name: 'Position in the recording' }).focus()
  await window.page.keyboard.press('End')
}

/** Sum of all frames shown beside the stage: with plain counts in the sensor's size, the events in them. */
async function frameSums(): Promise<number> {
  const labels = await window.page
    .getByRole('list', { name: 'Frames of the network' })
    .getByRole('img')
    .evaluateAll((frames) => frames.map((frame) => frame.getAttribute('aria-label') ?? ''))
  return labels.reduce((sum, label) => sum + Number(/sum ([\d,]+)/.exec(label)?.[1]?.replaceAll(',', '')), 0)
}

describe('filters on the Recordings view', () => {
  test('what they leave is on the stage, in the rate curve and in the frames, with its share', async () => {
    const { page } = window
    await page.getByRole('combobox', { name: 'Frame size' }).click()
    await page.getByRole('option', { name: 'Sensor size' }).click()
    await showAll()
    await staged(facts.events)
    await expect.poll(frameSums, patient).toBe(facts.events)
    const before = await curve()

    await tab(/^Filters/)
    await add('Polarity')
    await filter('1 Polarity').getByRole('combobox', { name: '1 Polarity: Keep' }).click()
    await page.getByRole('option', { name: 'ON only' }).click()
    await kept(facts.on)
    await filter('1 Polarity')
      .getByText(`drops ${((100 * facts.off) / facts.events).toFixed(1)} %`)
      .waitFor()
    await page
      .getByLabel('File facts')
      .getByText(`filtered: ${((100 * facts.on) / facts.events).toFixed(1)} % kept`)
      .waitFor()
    await staged(facts.on)
    // The rate curve has lost its lower half.
    await expect.poll(curve, patient).not.toBe(before)
    original = before
    await tab(/^Frames/)
    await expect.poll(frameSums, patient).toBe(facts.on)
    await page.getByText('Behind the filters: polarity.').waitFor()
  })

  test('a filter that changes the sensor changes the stage; one that can’t be used says why and the stage stays', async () => {
    const { page } = window
    const size = () => stage().evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? [canvas.width, canvas.height] : []))
    await tab(/^Filters/)
    expect(await size()).toEqual([34, 34])
    await add('Downsample')
    await expect.poll(size, patient).toEqual([17, 17])
    await panel().getByText('34 × 34 → 17 × 17 px').waitFor()
    await staged(facts.on)
    await add('Crop')
    const x = filter('3 Crop').getByRole('textbox', { name: '3 Crop: x' })
    await x.fill('30')
    await panel().getByRole('alert').getByText('outside the 17x17 pixels').waitFor()
    expect(await size()).toEqual([17, 17])
    await page.getByLabel('File facts').getByText('filters not usable').waitFor()
    await filter('3 Crop').getByRole('button', { name: 'Remove 3 Crop' }).click()
    await panel().getByRole('alert').waitFor({ state: 'hidden' })
    await kept(facts.on)
  })

  test('the original stands beside it where asked, and they play together', async () => {
    const { page } = window
    await panel().getByRole('button', { name: 'Original beside it' }).click()
    const second = page.getByRole('region', { name: 'Second recording' })
    const shown = async () => (await second.getByText(/^[\d,]+ events? in /).textContent())?.trim()
    await expect.poll(shown, patient).toBe(`${number(facts.events)} events in 10 s`)
    await second.getByRole('button', { name: 'Take the second recording away' }).click()
    await second.waitFor({ state: 'hidden' })
    await staged(facts.on)
  })

  test('"save this part" saves what is left', async () => {
    const { page } = window
    const output = join(folder, 'saved.aedat4')
    await page.getByRole('button', { name: 'Save this part, picture or film' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Filters: polarity, downsample.').waitFor()
    await dialog.getByRole('combobox', { name: 'Format' }).click()
    await page
      .getByRole('option', { name: /\.aedat4/ })
      .first()
      .click()
    await dialog.getByRole('textbox', { name: /^File, on/ }).fill(output)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    // The file appears when it is whole.
    await expect.poll(() => readable(output), patient).toMatchObject({ events: facts.on, off: 0, width: 17, height: 17 })
  })

  test('they stay while the recording is open, and removed the original is back', async () => {
    const { page, visit } = window
    await visit('Datasets')
    await page.getByRole('button', { name: 'Import a folder' }).first().waitFor()
    await visit('Recordings')
    await stage().waitFor()
    await page
      .getByLabel('File facts')
      .getByText(/^filtered: /)
      .waitFor()
    await tab(/^Filters/)
    await filter('2 Downsample').waitFor()
    await staged(facts.on)
    await panel().getByRole('button', { name: 'Remove all' }).click()
    await page
      .getByLabel('File facts')
      .getByText(/^filtered: /)
      .waitFor({ state: 'hidden' })
    await staged(facts.events)
    await expect.poll(curve, patient).toBe(original)
    await tab(/^Frames/)
    await expect.poll(frameSums, patient).toBe(facts.events)
    // Another recording begins without.
    await tab(/^Filters/)
    await add('Transpose')
    await kept(facts.events)
    const other = join(folder, 'shapes/circle/circle-000.bin')
    await open(other)
    await tab(/^Filters/)
    expect(await panel().getByRole('region').count()).toBe(0)
    // The browser itself tells of the answer that refused the crop.
    expect(window.faults.filter((fault) => !/status of 422/.test(fault))).toEqual([])
  })
})

function readable(path: string): ReturnType<typeof readRecording>['recording'] | null {
  try {
    return readRecording(path).recording
  } catch {
    return null
  }
}
