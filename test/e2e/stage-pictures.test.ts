import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countGain } from '../../renderer/stage/layout.ts'
import { mixPolarity, palettes } from '../../renderer/stage/palettes.ts'
import { bar } from '../renderer/stage/page.ts'
import { launchBrowser } from '../support/browser.ts'
import { loadStagePage, onStagePage, type DrawnPicture, type PictureRequest } from '../support/stage-page.ts'

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await launchBrowser()
  page = await browser.newPage()
  await loadStagePage(page)
}, 120_000)
afterAll(() => browser.close())

const sensor: [number, number] = [120, 90]
const draw = (change: Partial<PictureRequest>): Promise<DrawnPicture> =>
  onStagePage(page, 'picture', {
    accumulator: 'gpu',
    mode: 'count',
    palette: 'night',
    times: [500_000],
    span: 100_000,
    view: 'flat',
    sensor,
    canvas: sensor,
    ...change,
  })
const most = (a: DrawnPicture, b: DrawnPicture) =>
  a.pixels.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b.pixels[index]!)), 0)

describe('pictures of the stage in Chromium', () => {
  // From the start, over chunk borders, onward by small steps (sliding sums), back, and past the end.
  const ways: readonly (readonly [string, readonly number[]])[] = [
    ['at the start', [0]],
    ['in the middle', [500_000]],
    ['after steps onward', [400_000, 416_667, 433_333, 600_000]],
    ['after a step back', [700_000, 300_000]],
    ['beyond the end', [1_050_000]],
  ]
  for (const mode of ['count', 'recency', 'decay'] as const)
    test.each(ways)(`${mode} %s: CPU and WebGL draw the same pixels`, async (_, times) => {
      const gpu = await draw({ mode, times })
      const cpu = await draw({ mode, times, accumulator: 'cpu' })
      expect(gpu.accumulator).toBe('gpu')
      expect(cpu.accumulator).toBe('cpu')
      expect(cpu.shown).toBe(gpu.shown)
      expect(most(gpu, cpu)).toBe(0)
      expect(new Set(gpu.pixels).size).toBeGreaterThan(3)
    })
  test('the same where the sensor has more pixels than the canvas', async () => {
    const small: [number, number] = [50, 38]
    expect(most(await draw({ canvas: small }), await draw({ canvas: small, accumulator: 'cpu' }))).toBe(0)
  })
  test.each(['gpu', 'cpu'] as const)('a window of 400 µs shows the same hours later, to the microsecond (%s)', async (accumulator) => {
    // The 32-bit clock wraps within the window of the second; behind the third single precision knows no single µs.
    for (const view of ['flat', 'cloud'] as const) {
      const canvas: [number, number] = view === 'flat' ? sensor : [200, 150]
      const window = { accumulator, view, canvas, mode: 'recency', span: 400, times: [499_990, 500_003] } as const
      const early = await draw(window)
      expect(early.shown).toBe(8)
      for (const later of [2 ** 32 - 500_000, 2 ** 42 + 3, 10 * 3600 * 1_000_000]) expect(most(early, await draw({ ...window, later }))).toBe(0)
    }
  })
  test('a pixel is where its events are, in the colour of their polarity', async () => {
    const { pixels, shown } = await draw({ mode: 'recency', times: [0], span: 1000, palette: 'grey' })
    expect(shown).toBe(1)
    const lit = Array.from({ length: sensor[0] * sensor[1] }, (_, index) => index).filter((index) => pixels[index * 4] !== 128)
    expect(lit).toHaveLength(1)
    expect([0, 255]).toContain(pixels[lit[0]! * 4])
  })
  test('the cloud shows the same in both ways, but for the edges of points', async () => {
    const canvas: [number, number] = [400, 300]
    const gpu = await draw({ view: 'cloud', canvas })
    const cpu = await draw({ view: 'cloud', canvas, accumulator: 'cpu' })
    expect(gpu.shown).toBe(cpu.shown)
    const background = gpu.pixels.slice(0, 3)
    const drawn = (picture: DrawnPicture) =>
      Array.from({ length: canvas[0] * canvas[1] }, (_, index) =>
        background.some((value, channel) => value !== picture.pixels[index * 4 + channel]),
      )
    const [a, b] = [drawn(gpu), drawn(cpu)]
    const both = a.filter((value, index) => value && b[index]).length
    const either = a.filter((value, index) => value || b[index]).length
    expect(either).toBeGreaterThan(1000)
    expect(both / either).toBeGreaterThan(0.9)
  })
  test.each(['count', 'recency', 'decay'] as const)('%s: every pixel has the colour that its events and the palette say', async (mode) => {
    const [span, time] = [100_000, 500_000]
    for (const palette of ['night', 'paper', 'neon'] as const) {
      const { pixels, shown } = await draw({ mode, palette })
      const counts = new Float64Array(sensor[0] * sensor[1] * 2)
      const youngest = new Float64Array(counts.length)
      for (const chunk of bar(20_000, 1_000_000, sensor, 3000))
        for (let index = 0; index < chunk.events.length / 2; index++) {
          const [t, word] = [chunk.events[index * 2]!, chunk.events[index * 2 + 1]!]
          if (t <= time - span || t > time) continue
          const at = (((word >>> 16) & 0x7fff) * sensor[0] + (word & 0xffff)) * 2 + (word >= 0x80000000 ? 0 : 1)
          counts[at]!++
          youngest[at] = 1 - (time - t) / span
        }
      expect(counts.reduce((sum, value) => sum + value, 0)).toBe(shown)
      const gain = countGain(shown, sensor[0] * sensor[1])
      const strength = (at: number) => {
        if (counts[at] === 0) return 0
        if (mode === 'count') return 1 - Math.exp(-gain * counts[at]!)
        return Math.max(0.04, mode === 'recency' ? youngest[at]! : Math.exp(3 * (youngest[at]! - 1)))
      }
      let worst = 0
      for (let pixel = 0; pixel < sensor[0] * sensor[1]; pixel++)
        mixPolarity(palettes[palette], strength(pixel * 2), strength(pixel * 2 + 1)).forEach((channel, index) => {
          worst = Math.max(worst, Math.abs(channel * 255 - pixels[pixel * 4 + index]!))
        })
      expect(worst).toBeLessThan(1.5)
    }
  })
})
