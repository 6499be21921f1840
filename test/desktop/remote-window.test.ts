import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StepProgress, WorkbenchApi } from '../../preload/contract/index.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { startServer, type Server } from '../../main/headless/server.ts'
import { Uploads } from '../../main/headless/uploads.ts'
import { buildIfChanged } from '../../scripts/build.ts'
import { axe, withAxe } from '../support/axe.ts'
import { freePort, launchBrowser } from '../support/browser.ts'
import { selfSigned } from '../support/certificate.ts'
import { root } from '../support/cli.ts'
import { breakableLine, type BreakableLine } from '../support/line.ts'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'
import { startOnStandIn, type Desktop } from './stand-in/start.ts'

/** Inside the page: what the preload script exposed, and what the page heard. */
declare const window: { saccade: WorkbenchApi; heard: { run: string; progress: StepProgress }[] }

const folder = temporaryFolder('remote-window', afterAll)
const recordings = join(folder, 'recordings')
let browser: Browser
let there: TestBench
let server: Server
let secure: Server
let wire: BreakableLine
let desktop: Desktop
beforeAll(async () => {
  await buildIfChanged(() => undefined)
  const port = await freePort()
  browser = await launchBrowser(port)
  there = openBench(join(folder, 'there'))
  server = await startServer({ workbench: there.workbench, port: 0, windowFolder: join(root, 'out/renderer'), uploads: new Uploads(join(folder, 'there/uploads'), {}, () => Promise.resolve(1e15)) })
  secure = await startServer({ workbench: there.workbench, port: 0, windowFolder: folder, tls: selfSigned('gpu.example') })
  wire = await breakableLine(server)
  desktop = await startOnStandIn({ endpoint: `http://127.0.0.1:${port}`, userData: folder, library: join(folder, 'here') })
}, 240_000)
afterAll(async () => {
  desktop.tell({ ask: 'close' })
  await desktop.exit
  await wire.close()
  await Promise.all([server.close(), secure.close(), browser.close()])
  await there.workbench.close()
})

const library = (): Promise<string> => desktop.page.evaluate(() => window.saccade.call('app.info', {}).then((info) => info.library))
const connect = (address: string): Promise<string> =>
  desktop.page.evaluate(
    (given) => window.saccade.call('remote.connect', { address: given }).then(({ connected }) => String(connected), (error: Error) => error.message),
    address,
  )
const stepKey = ({ progress }: { readonly progress: StepProgress }): string => `${progress.epoch}/${progress.step}`

/** Returns the run, and one of the recordings. */
async function startLongRun(): Promise<[run: string, recording: string]> {
  const [recording = ''] = await writeStarterRecordings(recordings, { seed: 1, perClass: 4, format: 'bin' })
  const { job, dataset } = await there.call('datasets.import', { folder: recordings, name: 'shapes', framing: { resize: [8, 8], timesteps: 2 }, testShare: 0.5 })
  await there.done(job)
  const network = (await there.call('training.presets', { dataset })).networks[0]?.network
  if (!network) throw new Error('no network')
  const { run } = await there.call('runs.start', {
    name: 'far', dataset, network, method: { name: 'trt' }, optimizer: { name: 'adam' }, epochs: 10_000, batchSize: 4, augmentation: {},
  })
  return [run, recording]
}

test('what is no workbench of ours is refused in words, and the window stays where it is', async () => {
  expect(await connect(`${wire.origin}/#token=${'x'.repeat(43)}`)).toContain('does not take this access token')
  expect(await connect('gpu.example')).toContain('Give the whole address')
  desktop.tell({ ask: 'answer', dialog: 'showMessageBox', value: { response: 1 } })
  expect(await connect(secure.url)).toBe('false')
  const { dialogs } = await desktop.ask({ ask: 'state' })
  expect(dialogs.at(-1)?.options).toMatchObject({ message: expect.stringContaining('No authority vouches for') as string, detail: expect.stringMatching(/([0-9A-F]{2}:){31}/) as string })
  expect(await library()).toBe(join(folder, 'here'))
})

test('a training on another machine is watched; the line is cut and mended, and every step is there exactly once; then back', async () => {
  const { page } = desktop
  desktop.tell({ ask: 'click', label: 'Remote workbench…' })
  const dialog = page.getByRole('dialog', { name: 'Remote workbench' })
  await withAxe(page)
  await dialog.waitFor()
  expect(await axe(page)).toEqual([])
  await dialog.getByLabel('Address of the remote workbench').fill(`${wire.origin}/#token=${server.token}`)
  await dialog.getByRole('button', { name: 'Open remote workbench' }).click()
  const host = `127.0.0.1:${wire.port}`
  await expect.poll(() => page.title()).toMatch(new RegExp(`Saccade on ${host}$`))
  expect(await library()).toBe(join(folder, 'there'))
  // The token is nowhere in the page.
  expect(await page.evaluate(() => window.saccade.call('remote.state', {}).then((state) => JSON.stringify(state)))).not.toContain(server.token)

  const told: string[] = []
  there.workbench.on('run.step', (step) => void told.push(stepKey(step)))
  await page.evaluate(() => {
    window.heard = []
    window.saccade.on('run.step', (step) => void window.heard.push(step))
  })
  const heard = async (): Promise<string[]> => (await page.evaluate(() => window.heard)).map(stepKey)
  const [run, first] = await startLongRun()
  await expect.poll(async () => (await heard()).length).toBeGreaterThan(2)
  wire.cut()
  const chip = page.getByRole('status').filter({ hasText: `on ${host}` })
  await expect.poll(() => chip.innerText()).toContain('line lost, trying again')
  const banner = page.getByRole('region', { name: 'Lost line' })
  await banner.getByText(`The line to ${host} is cut.`).waitFor()
  await banner.getByText(/^Trying again in [1-5] s$/).waitFor()
  const missed = told.length
  await expect.poll(() => told.length).toBeGreaterThan(missed + 4)
  // In vain while it is cut; it goes on trying by itself.
  await banner.getByRole('button', { name: 'Try now' }).click()
  wire.mend()
  await expect.poll(() => chip.innerText()).toBe(`on ${host}`)
  await banner.waitFor({ state: 'detached' })
  await page.evaluate((id) => window.saccade.call('runs.stop', { id }), run)
  await expect.poll(async () => (await there.call('runs.get', { id: run })).state).toBe('stopped')
  await expect.poll(heard).toEqual(told)
  expect(new Set(told).size).toBe(told.length)

  const events = await page.evaluate(async (path) => {
    const inside = await window.saccade.call('files.list', { path })
    const file = inside.entries.find(({ kind }) => kind === 'recording')?.path ?? ''
    const { t, x } = await window.saccade.call('recordings.events', { path: file, from: 0, to: 1e9 })
    return [t instanceof Uint32Array, x instanceof Uint16Array, t.length > 100]
  }, dirname(first))
  expect(events).toEqual([true, true, true])

  // A folder of this computer is dropped: the page gives it, the main process sends it.
  const sent = await page.evaluate(async (path) => {
    window.saccade.pathOf?.(new File([], encodeURIComponent(path)))
    return window.saccade.call('remote.send', { id: '1', name: 'mine', folder: true, files: [{ from: path, below: '' }] })
  }, dirname(first))
  expect(sent).toEqual({ path: join(folder, 'there/uploads/mine') })
  expect(readdirSync(sent.path ?? '').length).toBe(4)

  await page.getByRole('button', { name: 'Back to this computer' }).click()
  await expect.poll(() => page.title()).toMatch(/Saccade$/)
  expect(await library()).toBe(join(folder, 'here'))
})

test('the menu knows the way back, and a trusted certificate and its token are remembered', async () => {
  desktop.tell({ ask: 'answer', dialog: 'showMessageBox', value: { response: 0 } })
  const { origin, host } = new URL(secure.url)
  const reached = async (address: string): Promise<void> => {
    // The window begins anew, with or without the answer.
    await connect(address).catch(() => undefined)
    await expect.poll(() => desktop.page.title()).toMatch(new RegExp(`on ${host}$`))
  }
  await reached(secure.url)
  const asked = (await desktop.ask({ ask: 'state' })).dialogs.length
  desktop.tell({ ask: 'click', label: `Back to this computer (from ${host})` })
  await expect.poll(() => desktop.page.title()).toMatch(/Saccade$/)
  await reached(origin)
  expect((await desktop.ask({ ask: 'state' })).dialogs.length).toBe(asked)
})

test('a browser sends a file of its own computer, and shows it when it is there', async () => {
  const page = await browser.newPage()
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Recordings', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Open…', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Open a recording' })
  await dialog.getByText('These files lie on 127.0.0.1.').waitFor()
  const [path = ''] = await writeStarterRecordings(join(folder, 'own'), { seed: 9, perClass: 1, format: 'bin' })
  await dialog.getByLabel('File to send').setInputFiles(path)
  const name = basename(path)
  const there = join(folder, 'there/uploads', name.replace(/\.bin$/, ''), name)
  await expect.poll(() => page.url()).toContain(encodeURIComponent(there))
  expect(readFileSync(there).equals(readFileSync(path))).toBe(true)
  await page.getByRole('listitem', { name: `Send ${name} to 127.0.0.1: done` }).waitFor()
  await page.close()
})
