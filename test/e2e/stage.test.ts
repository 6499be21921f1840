import { join } from 'node:path'
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shapes, temporaryFolder } from '../support/workbench.ts'
import { colours, openWindow, type OpenWindow } from './window.ts'

let folder: string
let recording: string
let window: OpenWindow
beforeAll(async () => {
  folder = temporaryFolder('e2e-stage', () => undefined)
  await shapes(join(folder, 'shapes'), 2)
  recording = join(folder, 'shapes/circle/circle-000.bin')
  window = await openWindow(join(folder, 'library'))
  await window.page.getByRole('textbox', { name: 'Path of a recording' }).fill(recording)
  await window.page.keyboard.press('Enter')
  await stage().waitFor()
  await window.page.getByText(/[1-9][\d,]* events in/).waitFor()
}, 180_000)
afterAll(async () => {
  await window.close()
  rmSync(folder, { recursive: true, force: true })
})
const stage = () => window.page.getByRole('img', { name: `Events of ${recording}` })
const press = async (...keys: string[]) => {
  await stage().focus()
  for (const key of keys) await window.page.keyboard.press(key)
}

describe('the stage', () => {
  test('steps both ways, by time and by events', async () => {
    const { page } = window
    const time = () => page.getByTestId('time').textContent()
    const first = await time()
    await press('ArrowRight', 'ArrowRight')
    expect(await time()).not.toBe(first)
    await press('ArrowLeft', 'ArrowLeft')
    expect(await time()).toBe(first)
    await press('n', 'End', '[', '[', '[', '[')
    await page.getByText(/^2\d\d events in/).waitFor()
    await press('n')
  })

  test('IN and OUT marks stand in the scrub bar, are moved by keys and pointer, and go', async () => {
    const { page } = window
    await press('Home', 'ArrowRight', 'i', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'o')
    const mark = page.getByRole('slider', { name: 'OUT mark' })
    const before = Number(await mark.getAttribute('aria-valuenow'))
    await mark.focus()
    await page.keyboard.press('ArrowRight')
    expect(Number(await mark.getAttribute('aria-valuenow'))).toBeGreaterThan(before)
    const box = await mark.boundingBox()
    if (!box) throw new Error('the mark is not on the page')
    await page.mouse.move(box.x + 5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + 105, box.y + 20, { steps: 4 })
    await page.mouse.up()
    expect(Number(await mark.getAttribute('aria-valuenow'))).toBeGreaterThan(before * 1.1)
    await press('x')
    expect(await page.getByRole('slider', { name: /mark$/ }).count()).toBe(0)
  })

  test('a dragged rectangle is a region with its own rate; a pixel tells its events', async () => {
    const { page } = window
    const box = await stage().boundingBox()
    if (!box) throw new Error('no stage')
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 })
    await page.mouse.up()
    const region = page.getByRole('region', { name: 'Region' })
    await region.waitFor()
    expect(Number(await region.getByRole('textbox', { name: 'Region width' }).inputValue())).toBeGreaterThan(8)
    await press('Escape')
    await region.waitFor({ state: 'hidden' })
    await press('Shift+ArrowRight')
    expect(await page.getByRole('group', { name: 'Pixel' }).textContent()).toMatch(/x 18, y 17.*ON \d.*OFF \d/)
    await press('Escape')
  })

  test('turns into a cloud and back', async () => {
    const { page } = window
    await press('d')
    await expect.poll(() => stage().getAttribute('data-view')).toBe('cloud')
    const before = await stage().screenshot()
    expect(await colours(page, stage())).toBeGreaterThan(8)
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft')
    await expect.poll(async () => (await stage().screenshot()).equals(before)).toBe(false)
    await press('d')
    await expect.poll(() => stage().getAttribute('data-view')).toBe('flat')
  })

  test('saves a picture, a GIF and a WebM film that plays', async () => {
    const { page } = window
    await press('Home', 'i', 'ArrowRight', 'ArrowRight', 'o')
    const save = async (kind: string, button: string) => {
      await press('s')
      await page.getByRole('dialog').getByText(kind, { exact: true }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
    }
    const picture = await save('Picture', 'Save the picture')
    expect(picture.name).toMatch(/^circle-000 .*\.png$/)
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG')
    const gif = await save('GIF film', 'Make the film')
    const webm = await save('WebM film', 'Make the film')
    await press('x')
    // A page of its own: the window's policy lets no film in.
    const viewer = await page.context().browser()?.newPage()
    if (!viewer) throw new Error('no second page')
    const film = await viewer.evaluate(async (data) => {
      const video = document.createElement('video')
      const ready = new Promise((resolve, reject) => {
        video.addEventListener('loadeddata', resolve, { once: true })
        video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'refused')), { once: true })
      })
      video.src = `data:video/webm;base64,${data}`
      await ready
      return { width: video.videoWidth, height: video.videoHeight, duration: video.duration }
    }, webm.bytes.toString('base64'))
    const gifSize = await viewer.evaluate(async (data) => {
      const image = new Image()
      image.src = `data:image/gif;base64,${data}`
      await image.decode()
      return [image.width, image.height]
    }, gif.bytes.toString('base64'))
    await viewer.close()
    expect(film).toMatchObject({ width: gifSize[0], height: gifSize[1] })
    expect(gifSize[0]).toBeGreaterThan(600)
    expect(film.duration).toBeGreaterThan(0.03)
  })

  test('shows a second recording beside it, with one transport', async () => {
    const { page } = window
    await press('c')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Path' }).fill(join(folder, 'shapes/square/square-000.bin'))
    await page.keyboard.press('Enter')
    const second = page.getByRole('region', { name: 'Second recording' })
    await second.getByText(/[1-9][\d,]* events in/).waitFor()
    const picture = await second.getByRole('img', { name: /^Events of/ }).screenshot()
    await press('ArrowRight', 'ArrowRight', 'ArrowRight')
    await expect.poll(async () => (await second.getByRole('img', { name: /^Events of/ }).screenshot()).equals(picture)).toBe(false)
    await second.getByRole('button', { name: 'Take the second recording away' }).click()
    await second.waitFor({ state: 'hidden' })
  })

  test('what is dropped in another view is copied into the library and opened', async () => {
    const { page, visit } = window
    await visit('Models')
    const bytes = readFileSync(join(folder, 'shapes/square/square-001.bin'))
    const transfer = await page.evaluateHandle((base64) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'walk.bin'))
      return data
    }, bytes.toString('base64'))
    await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer })
    await page.getByText('Drop to open: a copy goes into the library').waitFor()
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
    const dropped = page.getByRole('img', { name: /^Events of .*library.*walk\.bin$/ })
    await dropped.waitFor()
    const path = (await dropped.getAttribute('aria-label'))?.replace(/^Events of /, '') ?? ''
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(window.faults).toEqual([])
  })
})
