/**
 * npm run bench -- stage: pictures a second of the stage in Chromium, with 100,000, 1 and 10 million events in view, flat and
 * as a cloud. The package's Chromium draws in software; --browser PATH measures another one (with its GPU).
 */
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { loadStagePage, onStagePage, type MeasureRequest } from '../support/stage-page.ts'
import type { BenchResult, BenchRow } from './run.ts'

const sizes = [
  [100_000, '100 k'],
  [1_000_000, '1 M'],
  [10_000_000, '10 M'],
] as const
const pictures: readonly (readonly [string, Pick<MeasureRequest, 'view' | 'mode'>])[] = [
  ['2-D, counts', { view: 'flat', mode: 'count' }],
  ['2-D, decay', { view: 'flat', mode: 'decay' }],
  ['3-D cloud', { view: 'cloud', mode: 'count' }],
]

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({ args: [...args], options: { browser: { type: 'string' } }, strict: false })
  const other = typeof values.browser === 'string' ? values.browser : null
  const browser = other === null ? await launchBrowser() : await chromium.launch({ executablePath: other, headless: true })
  try {
    const rows: BenchRow[] = []
    let drawn = ''
    for (const [events, size] of sizes)
      for (const [name, picture] of pictures) {
        // A page each: the memory of the one before is gone.
        const page = await browser.newPage()
        await loadStagePage(page)
        const measured = await onStagePage(page, 'measure', { events, ...picture, seconds: 2 })
        await page.close()
        drawn = `${measured.driver}; events are added by the ${measured.accumulator === 'cpu' ? 'CPU (software graphics)' : 'GPU'}`
        const thinned = measured.drawn < measured.shown ? ` (thinned to ${(measured.drawn / 1e6).toFixed(1)} M)` : ''
        rows.push({ label: `${name}, ${size} events in view${thinned}`, value: measured.framesPerSecond, unit: 'pictures/s' })
      }
    const note = /GPU$/.test(drawn) ? '' : '. What a GPU draws cannot be measured here'
    return { name: `Stage, 640x480, one second in view, real time: ${drawn}${note}`, rows }
  } finally {
    await browser.close()
  }
}
