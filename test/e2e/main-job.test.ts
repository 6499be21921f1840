import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axe, withAxe } from '../support/axe.ts'
import { root } from '../support/cli.ts'
import { folderWith, shapes, temporaryFolder } from '../support/workbench.ts'
import { misplaced, unexplained, visit } from '../walk/checks.ts'
import { dialogFaults, openers } from '../walk/dialogs.ts'
import { placesOf } from '../walk/places.ts'
import { filesFor } from '../walk/prepare.ts'
import { colours, importFolder, lookInto, openWindow, setNumber, type OpenWindow } from './window.ts'

let folder: string
let window: OpenWindow

beforeAll(async () => {
  folder = temporaryFolder('e2e', () => undefined)
  window = await openWindow(join(folder, 'library'))
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The first of its kind in the library. */
const first = (kind: 'datasets' | 'runs' | 'models'): string => readdirSync(join(folder, 'library', kind)).filter((name) => !name.startsWith('.')).sort()[0] ?? ''

describe('the starter project', () => {
  test('one click makes recordings, dataset, network, model; the window stays usable meanwhile', async () => {
    const { page, visit } = window
    await page.getByRole('heading', { name: 'Three ways to begin' }).waitFor()
    await page.getByRole('button', { name: 'Create the starter project' }).click()
    const job = page.getByRole('contentinfo', { name: 'Jobs' }).getByRole('listitem', { name: /^Starter project/ })
    await job.waitFor()
    await visit('Training')
    await page.getByRole('img', { name: /loss/i }).or(page.getByText(/loss/i)).first().waitFor({ timeout: 120_000 })
    await page.keyboard.press('1')
    await page.getByRole('heading', { name: 'Recordings', level: 1 }).waitFor()
    await page.getByRole('listitem', { name: 'Starter project: done' }).waitFor({ timeout: 220_000 })
    expect(await job.textContent()).toMatch(/test accuracy (9\d|100)\.\d %/)
    await page.getByRole('button', { name: 'Open the result of Starter project' }).click()
    await page.getByText('proven').first().waitFor()
    expect(await page.getByRole('definition').filter({ hasText: 'test samples' }).first().textContent()).toMatch(/^100/)
  }, 300_000)

  test('the model is tried on a recording of the other camera', async () => {
    const { page } = window
    await page.evaluate((hash) => void (location.hash = hash), `#/models/id/${first('models')}`)
    const recording = join(folder, 'library/recordings/starter/nmnist-like/cross/cross-000.bin')
    await page.getByRole('textbox', { name: 'Path of the recording' }).fill(recording)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const verdict = page.getByRole('status').filter({ hasText: 'cross-000.bin' })
    await verdict.waitFor({ timeout: 60_000 })
    expect(await verdict.textContent()).toMatch(/^(circle|cross|square|triangle)\d/)
  })

  test('its run shows curves and what it confuses', async () => {
    const { page, visit } = window
    await visit('Training')
    // In the table: jobs have buttons of that name too.
    await page.getByRole('table').getByRole('button', { name: /Starter: moving shapes/ }).first().click()
    await page.getByText('Confusion on the test split').waitFor()
    expect(await colours(page, page.locator('.uplot canvas').first())).toBeGreaterThan(3)
  })

  test("the papers' analyses are computed on it and kept; devices are measured", async () => {
    const { page, visit } = window
    await page.getByRole('region', { name: 'Analyses' }).getByRole('link', { name: 'Fisher information' }).click()
    const list = page.getByRole('complementary', { name: 'Analyses' })
    for (const [name, figure] of [
      ['Fisher information', 'Fisher information of each timestep'],
      ['Loss landscape', 'Loss landscape from above'],
      ['Accuracy over time', 'Accuracy over timesteps'],
      ['Energy', 'Energy per layer'],
    ] as const) {
      await list.getByRole('button', { name: new RegExp(`^${name}`) }).click()
      await page.getByRole('button', { name: `Compute ${name}`, exact: true }).click()
      const drawn = page.getByRole('figure', { name: figure, exact: true })
      await drawn.locator('canvas').first().waitFor({ timeout: 120_000 })
      await expect.poll(() => colours(page, drawn.getByRole('img').first()), { timeout: 20_000 }).toBeGreaterThan(3)
    }
    await page.reload()
    await list.getByRole('button', { name: /^Fisher information/ }).click()
    const fisher = page.getByRole('figure', { name: 'Fisher information of each timestep' })
    await fisher.locator('canvas').first().waitFor()
    const exported = async (kind: RegExp) => {
      await fisher.getByRole('button', { name: /^Export/ }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: kind }).click()])
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
    }
    const csv = await exported(/^CSV/)
    expect(csv.name).toBe('fisher-trace.csv')
    const values = csv.text.split('\n').filter((line) => /^1,/.test(line)).map((line) => Number(line.split(',')[3]))
    expect(values).toHaveLength(10)
    expect(values.every((value) => value > 0)).toBe(true)
    const svg = await exported(/^SVG/)
    expect(svg.text).toMatch(/^<svg [^]*timestep t[^]*<\/svg>\s*$/)
    await visit('Training')
    await page.getByRole('button', { name: 'Devices' }).click()
    await page.getByRole('button', { name: 'Measure CPU (ONNX Runtime)' }).click()
    await page.getByText(/Fastest here: CPU/).waitFor({ timeout: 60_000 })
  }, 240_000)

  test('a cell of the confusion matrix opens its recordings on the stage; the spikes of a layer follow the timestep', async () => {
    const { page, visit } = window
    await visit('Training')
    await page.getByRole('table').getByRole('button', { name: /Starter: moving shapes/ }).first().click()
    await page.getByRole('region', { name: 'Analyses' }).getByRole('link', { name: 'Mistakes' }).click()
    await page.getByRole('button', { name: 'Compute Mistakes', exact: true }).click()
    const matrix = page.getByRole('region', { name: 'Samples behind the confusion matrix' }).getByRole('img', { name: /^Confusion matrix/ })
    await matrix.waitFor({ timeout: 60_000 })
    const box = await matrix.boundingBox()
    // The third class, recognized.
    await matrix.click({ position: { x: (box?.width ?? 0) * 0.625, y: (box?.height ?? 0) * 0.625 } })
    await page.getByRole('list', { name: 'Samples of square taken for square' }).getByRole('button', { name: /^Open square-/ }).first().click()
    await page.getByRole('img', { name: /^Events of .*square-\d+\.aedat$/ }).waitFor()
    await visit('Training')
    await page.getByRole('complementary', { name: 'Analyses' }).getByRole('button', { name: /^Activity of one sample/ }).click()
    const raster = page.getByRole('slider', { name: /^Spikes of conv1: .* neurons over 10 timesteps/ })
    await raster.waitFor({ timeout: 60_000 })
    await raster.press('ArrowRight')
    expect(await raster.getAttribute('aria-valuenow')).toBe('2')
    await page.getByRole('img', { name: 'Heat of conv1 at timestep 2' }).waitFor()
    expect(await page.getByRole('list', { name: 'Frames of the network' }).locator('[aria-current=step]').textContent()).toBe('2')
    await expect.poll(() => colours(page, raster.locator('canvas'))).toBeGreaterThan(2)
  }, 120_000)
})

describe('every view', () => {
  const places = () => placesOf(join(folder, 'library'), filesFor(join(folder, 'library'), join(folder, 'files')))

  test('at 1024 x 700 axe finds nothing, nothing is cut or covered, every setting and chart is explained; nor in the dark', async () => {
    const { page } = window
    await page.setViewportSize({ width: 1024, height: 700 })
    // Nothing is pointed at: what a tooltip says belongs to no region.
    await page.mouse.move(0, 0)
    await withAxe(page)
    for (const place of places()) {
      await visit(page, place)
      expect([...(await axe(page)), ...(await misplaced(page)), ...(await unexplained(page, place))], place.name).toEqual([])
      for (const opener of openers.filter(({ on }) => on === place.name)) expect(await dialogFaults(page, opener, { tabs: 1 }), opener.name).toEqual([])
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('[data-mantine-color-scheme=dark]').waitFor()
    for (const place of places()) {
      await visit(page, place)
      expect(await axe(page, ['color-contrast']), `${place.name}, dark`).toEqual([])
    }
    await page.emulateMedia({ colorScheme: null })
    await page.setViewportSize({ width: 1360, height: 860 })
  }, 120_000)

  test('the palette leads to a setting; its explanation opens by key, names the equation, and goes with Esc', async () => {
    const { page } = window
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Search pages/ }).fill('trt lambda')
    await page.keyboard.press('Enter')
    const field = page.getByRole('textbox', { name: 'trt lambda' })
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
    const told = page.getByRole('tooltip').filter({ hasText: 'TRT, eq. 12-14' })
    await told.waitFor()
    await page.keyboard.press('Escape')
    await told.waitFor({ state: 'detached' })
    await page.keyboard.press('Tab')
    await told.waitFor()
    expect(await page.getByRole('button', { name: 'About TRT: λ' }).getAttribute('aria-describedby')).toBe(await told.getAttribute('id'))
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await told.waitFor({ state: 'detached' })
  })
})

describe('a recording', () => {
  test('is played, and the frames of the network stand beside it', async () => {
    const { page, visit } = window
    await visit('Recordings')
    const recording = join(folder, 'library/recordings/starter/dvs128/triangle/triangle-000.aedat')
    await page.getByRole('textbox', { name: 'Path of a recording' }).fill(recording)
    await page.keyboard.press('Enter')
    const stage = page.getByRole('img', { name: `Events of ${recording}` })
    await stage.waitFor()
    expect(await page.getByLabel('File facts').textContent()).toContain('128×128')
    await expect
      .poll(() => page.getByRole('list', { name: 'Frames of the network' }).getByRole('listitem').count(), { timeout: 20_000 })
      .toBe(10)
    const before = await page.getByTestId('time').textContent()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => page.getByTestId('time').textContent(), { timeout: 20_000 }).not.toBe(before)
    await page
      .getByRole('button', { name: 'Pause', exact: true })
      .or(page.getByRole('button', { name: 'Play', exact: true }))
      .first()
      .click()
    await expect.poll(() => colours(page, stage), { timeout: 20_000 }).toBeGreaterThan(2)
  })
})

describe('a folder of recordings, by hand', () => {
  test('import, train, stop, resume, export, infer', async () => {
    const { page } = window
    const recordings = await shapes(join(folder, 'shapes'), 8)
    await importFolder(window, recordings, 'By hand')
    await page.getByRole('button', { name: 'Train on it' }).click()
    await page.getByRole('radio', { name: 'Small' }).click()
    await setNumber(page, 'Epochs', 400)
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('Stopped on the way')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByRole('heading', { name: 'Stopped on the way' }).waitFor()
    await page.getByText('Test accuracy').first().waitFor()
    await page
      .getByText(/^epoch \d+$/)
      .first()
      .waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('button', { name: 'Resume', exact: true }).click({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Stop', exact: true }).click({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor({ timeout: 60_000 })

    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('menuitem', { name: /Last checkpoint/ }).click()
    await page.getByText('proven').first().waitFor({ timeout: 60_000 })
    await page.getByRole('textbox', { name: 'Path of the recording' }).fill(join(recordings, 'circle/circle-000.bin'))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('status').filter({ hasText: 'circle-000.bin' }).waitFor({ timeout: 60_000 })
  }, 240_000)
})

const real = join(root, '../shared/recordings/labelled/nmnist-small')
describe.skipIf(!existsSync(real))(`real recordings (skipped where ../shared/recordings/labelled/nmnist-small is absent)`, () => {
  test('1,000 N-MNIST recordings are imported as they lie, trained for an epoch, exported and run', async () => {
    const { page } = window
    await importFolder(window, real, 'N-MNIST')
    // A tenth of each of the ten classes is kept apart.
    const [train, apart] = await Promise.all(
      [/^\d+ train$/, /^\d+ test$/].map(async (text) => Number.parseInt((await page.getByText(text).first().textContent()) ?? '', 10)),
    )
    expect([(train ?? 0) + (apart ?? 0), Math.round((apart ?? 0) / 10)]).toEqual([1000, 10])
    await page.getByRole('button', { name: 'Train on it' }).click()
    await page.getByRole('radio', { name: 'Small' }).click()
    await setNumber(page, 'Epochs', 1)
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByRole('button', { name: 'Export', exact: true }).click({ timeout: 200_000 })
    await page.getByRole('menuitem', { name: /Best checkpoint/ }).click()
    await page.getByText('proven').first().waitFor({ timeout: 60_000 })
    await page.getByRole('textbox', { name: 'Path of the recording' }).fill(join(real, 'Train/7/00016.bin'))
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const verdict = page.getByRole('status').filter({ hasText: '00016.bin' })
    await verdict.waitFor({ timeout: 60_000 })
    expect(await verdict.textContent()).toMatch(/^\d/)
  }, 360_000)
})

describe('bad input', () => {
  test('is told where it was given, and nothing is made of it', async () => {
    const { page, visit } = window
    const empty = join(folder, 'empty')
    const flat = folderWith(join(folder, 'flat'), { 'one.bin': 'x', 'two.bin': 'x' })
    mkdirSync(empty)
    await lookInto(window, empty)
    await page.getByText(`${empty}: no recordings found`).first().waitFor()
    expect(await page.getByRole('button', { name: /^Import [\d,. ]+ recordings/ }).isEnabled()).toBe(false)
    await lookInto(window, flat)
    await page
      .getByText(/recordings lie directly in this folder/)
      .first()
      .waitFor()

    await visit('Recordings')
    await page.getByRole('textbox', { name: 'Path of a recording' }).fill(join(root, 'package.json'))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'This file could not be opened' }).waitFor()
    await page
      .getByText(/package\.json: /)
      .first()
      .waitFor()

    await page.evaluate((path) => {
      location.hash = `#/models/id/${encodeURIComponent(path)}`
    }, 'no-such-model')
    await page.getByText('There is no such model').waitFor()
  })

  test('a model file that is none, and a dataset whose files have gone', async () => {
    const { page, visit } = window
    writeFileSync(join(folder, 'none.onnx'), 'not a model')
    await visit('Models')
    await page.getByRole('button', { name: 'Try an .onnx file' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Path' }).fill(folder)
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: /none\.onnx/ }).click()
    await page.getByRole('alert').filter({ hasText: 'none.onnx: not an ONNX model' }).waitFor({ timeout: 60_000 })

    await importFolder(window, join(folder, 'shapes'), 'Gone')
    rmSync(join(folder, 'library/datasets/gone/frames.npy'))
    await page.getByRole('button', { name: 'Train on it' }).click()
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('On nothing')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByRole('alert').filter({ hasText: 'frames.npy' }).first().waitFor({ timeout: 60_000 })
    // Refused where it was started: there is no such run.
    await page.getByRole('button', { name: 'Start training' }).waitFor()
    await visit('Training')
    await page.waitForURL(/#\/training$/)
    expect(await page.getByText('On nothing').count()).toBe(0)
  })

  test('a page without its token is told what is missing', async () => {
    const other = await window.page.context().browser()?.newPage()
    if (!other) throw new Error('no browser')
    await other.goto(window.url.replace(/#.*/, ''))
    await other.getByRole('heading', { name: 'This address needs its access token' }).waitFor()
    await other.close()
  })
})

test('no script threw, and the policy refused nothing', () => {
  expect(window.faults.filter((fault) => !/status of (400|422|500)/.test(fault))).toEqual([])
})
