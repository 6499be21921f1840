/**
 * Walks through every page of the window in every size, theme and scale, and tells what it finds; takes screenshots where it is asked to.
 * npm run walk -- --library FOLDER [--shots FOLDER] [--only PARTS,OF,NAMES] [--screens 1440,4k] [--recording FILE] [--folder FOLDER]
 * Adds an experiment and a run of opened weights to the library where it has none.
 * Needs the built window (npm run build) and a library with something in it (npm run demo -- --library FOLDER).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { axe, withAxe } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { root, start } from '../support/cli.ts'
import { followShifts, misplaced, shifts, unexplained, visit, walkByTab } from './checks.ts'
import { dialogFaults, openers } from './dialogs.ts'
import { walkByArrows } from './keys.ts'
import { everywhere, placesOf, type Place } from './places.ts'
import { filesFor, prepare } from './prepare.ts'

interface Screen {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly scale: number
}

const screens: readonly Screen[] = [
  { name: '1024', width: 1024, height: 700, scale: 1 },
  { name: '1440', width: 1440, height: 900, scale: 1 },
  { name: '2560', width: 2560, height: 1440, scale: 1 },
  { name: '4k', width: 3840, height: 2160, scale: 1 },
  { name: '125', width: 1152, height: 720, scale: 1.25 },
  { name: '150', width: 1280, height: 800, scale: 1.5 },
  { name: '200', width: 1024, height: 700, scale: 2 },
]

/** More than this of the window moves while a page builds: a jump. Google's own bound for "good". */
const mostShift = 0.1

const { values } = parseArgs({
  options: { library: { type: 'string' }, shots: { type: 'string' }, only: { type: 'string' }, recording: { type: 'string' }, folder: { type: 'string' }, screens: { type: 'string' }, theme: { type: 'string' } },
})
if (values.library === undefined) throw new Error('Say which library: npm run walk -- --library FOLDER (npm run demo -- --library FOLDER makes one)')
const library = values.library
const themes = (['light', 'dark'] as const).filter((theme) => values.theme === undefined || values.theme === theme)

/** One screen in one theme: what every page has to say. */
async function walk(browser: Browser, url: string, { name, width, height, scale }: Screen, theme: 'light' | 'dark', places: readonly Place[]): Promise<number> {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  let found = 0
  const tell = (place: string, what: readonly string[]) => {
    found += what.length
    for (const line of what) console.log(`${name} ${theme} ${place}: ${line}`)
  }
  const shoot = async (of: string): Promise<void> => {
    if (values.shots !== undefined) await page.screenshot({ path: join(values.shots, `${of}-${name}-${theme}.png`) })
  }
  page.on('pageerror', (error) => tell('', [`error ${error.message}`]))
  await followShifts(page)
  await page.goto(url)
  await page.getByRole('main').waitFor()
  await withAxe(page)
  for (const place of places) {
    await shifts(page)
    const missing = await visit(page, place).then(() => null, (error: Error) => error.message)
    if (missing !== null) {
      tell(place.name, [missing])
      continue
    }
    await page.mouse.move(0, 0)
    await page.waitForLoadState('networkidle')
    const { total, largest } = await shifts(page)
    if (total > mostShift) tell(place.name, [`layout shift ${total.toFixed(3)} ${largest}`])
    tell(place.name, await misplaced(page))
    tell(place.name, await axe(page))
    if (width === 1024 && scale === 1 && theme === 'light') {
      tell(place.name, await unexplained(page, place))
      tell(place.name, await walkByTab(page))
    }
    await shoot(place.name)
    for (const opener of openers.filter(({ on }) => on === place.name)) tell(place.name, await dialogFaults(page, opener, { shot: () => shoot(`dialog-${opener.name}`) }))
    if (width === 1024 && scale === 1 && theme === 'light') tell(place.name, await walkByArrows(page))
  }
  await context.close()
  return found
}

const scratch = mkdtempSync(join(tmpdir(), 'saccade-walk-'))
await prepare(library, scratch)
const files = filesFor(library, scratch, values)
const server = start([join(root, 'out/main/headless.js'), 'serve', '--json', '--library', library])
let said = ''
server.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
await server.says(/"url":.*\n/)
const { url } = JSON.parse(said) as { url: string }
if (values.shots !== undefined) mkdirSync(values.shots, { recursive: true })
const browser = await launchBrowser()
let found = 0
try {
  const all = existsSync(files.recording) ? placesOf(library, files) : everywhere
  const only = values.only?.split(',')
  const places = all.filter(({ name }) => only === undefined || only.some((part) => name.includes(part)))
  for (const screen of screens.filter(({ name }) => values.screens === undefined || values.screens.split(',').includes(name)))
    for (const theme of themes) found += await walk(browser, url, screen, theme, places)
} finally {
  await browser.close()
  server.child.kill('SIGINT')
  await server.ended
  rmSync(scratch, { recursive: true, force: true })
}
console.log(found === 0 ? 'Nothing found.' : `${found} found.`)
process.exitCode = found === 0 ? 0 : 1
