import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { calls, type WorkbenchApi } from '../../preload/contract/index.ts'
import { buildIfChanged } from '../../scripts/build.ts'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { freePort, launchBrowser } from '../support/browser.ts'
import { root } from '../support/cli.ts'
import { startOnStandIn, type Desktop } from './stand-in/start.ts'

let folder: string
let browser: Browser
let endpoint: string

beforeAll(async () => {
  await buildIfChanged(() => undefined)
  folder = mkdtempSync(join(tmpdir(), 'saccade-desktop-'))
  const port = await freePort()
  browser = await launchBrowser(port)
  endpoint = `http://127.0.0.1:${port}`
}, 240_000)
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

const startDesktop = (library = join(folder, 'library'), env: Record<string, string> = {}): Promise<Desktop> =>
  startOnStandIn({ endpoint, userData: folder, library, env })

/** Inside the page: what the preload script exposed. */
declare const window: { saccade: WorkbenchApi & Record<string, unknown> }

describe('the built main process and preload script, on a stand-in for electron, in a real Chromium', () => {
  let desktop: Desktop
  beforeAll(async () => {
    desktop = await startDesktop()
  })
  afterAll(async () => {
    desktop.tell({ ask: 'close' })
    await desktop.exit
  })

  test('one window is shown, with a menu', async () => {
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).windows.map(({ shown }) => shown)).toEqual([true])
    expect(JSON.stringify((await desktop.ask({ ask: 'state' })).menu)).toContain('Show library folder')
  })

  test('the built window shows itself in it', async () => {
    await expect.poll(() => desktop.page.title()).toMatch(/Saccade$/)
    await desktop.page.getByRole('heading', { name: 'Recordings' }).first().waitFor()
  })

  test('calls cross, with typed arrays, and errors as their message alone', async () => {
    const info = await desktop.page.evaluate(() => window.saccade.call('app.info', {}))
    expect(info).toMatchObject({ host: 'desktop', library: join(folder, 'library') })
    const recordings = join(folder, 'recordings')
    const [path = ''] = await writeStarterRecordings(recordings, { seed: 1, perClass: 1, format: 'bin' })
    const facts = await desktop.page.evaluate((file) => window.saccade.call('recordings.open', { path: file }), path)
    expect(facts.events).toBeGreaterThan(100)
    const slice = await desktop.page.evaluate(async (file) => {
      const { t, x, p } = await window.saccade.call('recordings.events', { path: file, from: 0, to: 1e9 })
      return [t instanceof Uint32Array, x instanceof Uint16Array, t.length, p.length]
    }, path)
    expect(slice).toEqual([true, true, facts.events, facts.events])
    const failure = await desktop.page.evaluate(() =>
      window.saccade.call('recordings.open', { path: '/nowhere.bin' }).then(
        () => 'no error',
        (error: Error) => error.message,
      ),
    )
    expect(failure).toMatch(/^\/nowhere\.bin: /)
    const unknown = await desktop.page.evaluate(() =>
      window.saccade.call('app.quit' as 'app.info', {}).catch((error: Error) => error.message),
    )
    expect(unknown).toBe('There is no call "app.quit".')
    const malformed = await desktop.page.evaluate(() =>
      window.saccade.call('runs.get', { id: 7 } as never).catch((error: Error) => error.message),
    )
    expect(malformed).toContain("runs.get can't be done: id:")
  })

  test('events cross until the subscription ends', async () => {
    const heard = await desktop.page.evaluate(async () => {
      const jobs: { id: string; state: string }[] = []
      const ended = new Promise<void>((resolve) => {
        window.saccade.on('job.changed', ({ state }) => {
          if (state === 'failed') resolve()
        })
      })
      const stop = window.saccade.on('job.changed', (job) => jobs.push(job))
      const { job } = await window.saccade.call('datasets.import', { folder: '/nowhere', name: 'x', framing: {} })
      await ended
      stop()
      const before = jobs.length
      await window.saccade.call('datasets.import', { folder: '/nowhere', name: 'x', framing: {} })
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { job, mine: jobs.filter(({ id }) => id === job).map(({ state }) => state), after: jobs.length - before }
    })
    expect(heard.mine[0]).toBe('running')
    expect(heard.mine.at(-1)).toBe('failed')
    expect(heard.after).toBe(0)
  })

  test("files are chosen in the system's dialog", async () => {
    desktop.tell({ ask: 'answer', dialog: 'showOpenDialog', value: { canceled: false, filePaths: ['/data/recordings'] } })
    expect(await desktop.page.evaluate(() => window.saccade.call('files.choose', { kind: 'folder' }))).toEqual({ path: '/data/recordings' })
    desktop.tell({ ask: 'answer', dialog: 'showOpenDialog', value: { canceled: true, filePaths: [] } })
    expect(await desktop.page.evaluate(() => window.saccade.call('files.choose', { kind: 'model' }))).toEqual({ path: null })
    const { dialogs } = await desktop.ask({ ask: 'state' })
    expect(dialogs.map(({ options }) => options)).toMatchObject([
      { properties: ['openDirectory'] },
      { filters: [{ extensions: ['onnx'] }] },
    ])
  })

  test('training, export and inference run in utility processes', async () => {
    const result = await desktop.page.evaluate(
      async (recordings) => {
        const ended = (job: string): Promise<string> =>
          new Promise((resolve) => {
            const look = async (): Promise<void> => {
              const found = (await window.saccade.call('jobs.list', {})).jobs.find(({ id }) => id === job)
              if (found && found.state !== 'running' && found.state !== 'waiting') resolve(`${found.state} ${found.error ?? ''}`)
              else setTimeout(() => void look(), 50)
            }
            void look()
          })
        const { job: importing, dataset } = await window.saccade.call('datasets.import', {
          folder: recordings,
          name: 'shapes',
          framing: { resize: [16, 16], timesteps: 4 },
          testShare: 0.5,
        })
        const imported = await ended(importing)
        const { networks } = await window.saccade.call('training.presets', { dataset })
        const network = networks[0]?.network
        if (!network) throw new Error('no network')
        const { job, run } = await window.saccade.call('runs.start', {
          name: 'desktop',
          dataset,
          network,
          method: { name: 'trt' },
          optimizer: { name: 'adam' },
          epochs: 1,
          batchSize: 4,
          augmentation: {},
        })
        const trained = await ended(job)
        const { job: exporting, model } = await window.saccade.call('models.export', { run, checkpoint: 'last' })
        const exported = await ended(exporting)
        const { top } = await window.saccade.call('models.infer', { model, recording: `${recordings}/circle/circle-000.bin` })
        return { imported, trained, exported, top: top.length }
      },
      await manyRecordings(),
    )
    expect(result).toEqual({ imported: 'done ', trained: 'done ', exported: 'done ', top: 4 })
    const { utilityProcesses } = await desktop.ask({ ask: 'state' })
    expect(utilityProcesses).toBe(3)
  })

  describe("Electron's security checklist", () => {
    const preferences = async (): Promise<unknown> =>
      (await desktop.ask({ ask: 'state' })).windows.map(({ options }) => (options as { webPreferences: unknown }).webPreferences)
    const headers = async (path: string): Promise<{ status: number; headers: Record<string, string> }> =>
      (await desktop.ask({ ask: 'fetch', url: `saccade://window${path}` })).answer as never
    /** In the page: what a script in it can do. */
    const inPage = (source: string): Promise<unknown> => desktop.page.evaluate(source)

    const checklist: readonly (readonly [item: string, check: () => Promise<void>])[] = [
      ['every window is sandboxed', async () => expect(await preferences()).toEqual([expect.objectContaining({ sandbox: true })])],
      [
        'context isolation: the page sees nothing of the preload script but call, on and pathOf',
        async () => {
          expect(await preferences()).toEqual([expect.objectContaining({ contextIsolation: true, webviewTag: false })])
          expect(await inPage('Object.keys(window.saccade)')).toEqual(['call', 'on', 'pathOf'])
          expect(await inPage("['ipcRenderer', 'electron', 'standInReceive'].filter((name) => name in globalThis)")).toEqual([])
        },
      ],
      [
        'no Node in the page, in its workers or in its frames',
        async () => {
          const off = { nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false }
          expect(await preferences()).toEqual([expect.objectContaining(off)])
          expect(await inPage("['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis)")).toEqual([])
        },
      ],
      [
        'web security is on, insecure content and experiments are off',
        async () =>
          expect(await preferences()).toEqual([
            expect.objectContaining({ webSecurity: true, allowRunningInsecureContent: false, experimentalFeatures: false }),
          ]),
      ],
      [
        "a strict policy on every answer: our own scripts only, neither inline nor by eval",
        async () => {
          for (const path of ['/', '/nowhere.js']) {
            const policy = (await headers(path)).headers['content-security-policy'] ?? ''
            expect(policy).toContain("default-src 'none'; script-src 'self';")
            expect(policy).not.toContain('unsafe-eval')
          }
          const inline = "(() => { const s = document.createElement('script'); s.textContent = 'globalThis.injected = 1'; document.body.append(s); return 'injected' in globalThis })()"
          expect(await inPage(inline)).toBe(false)
          // Playwright's own evaluation is exempt from the policy; what a later task of the page does is not.
          const evaluated = "new Promise((resolve) => { addEventListener('securitypolicyviolation', (event) => resolve(event.blockedURI), { once: true }); setTimeout(() => { try { resolve((0, eval)('1 + 1')) } catch { /* the violation tells */ } }) })"
          expect(await inPage(evaluated)).toBe('eval')
        },
      ],
      [
        'a custom protocol instead of file:, which reaches the built window only',
        async () => {
          expect((await desktop.ask({ ask: 'state' })).schemes).toEqual([
            { scheme: 'saccade', privileges: { standard: true, secure: true, supportFetchAPI: true } },
          ])
          expect((await headers('/')).status).toBe(200)
          for (const path of ['/..%2fmain%2fdesktop.js', '/%2e%2e/main/desktop.js', '/%00', '/..%5cpackage.json'])
            expect((await headers(path)).status, path).toBe(404)
        },
      ],
      [
        'navigation is denied',
        async () => {
          await inPage("void (location.href = 'https://example.com/')")
          await expect.poll(async () => (await desktop.ask({ ask: 'state' })).windows[0]?.denied).toContain('https://example.com/')
          expect(desktop.page.url()).toBe('https://window.saccade.test/')
        },
      ],
      [
        'a second window is denied',
        async () => {
          await inPage("void open('https://example.com/popup')")
          const shown = () => desktop.page.context().pages().filter((page) => page.url().includes('example.com'))
          await expect.poll(async () => (await desktop.ask({ ask: 'state' })).windows[0]?.denied.length).toBe(2)
          await expect.poll(shown).toEqual([])
        },
      ],
      [
        'permissions are denied, but putting text on the clipboard',
        async () => {
          const { permissions } = await desktop.ask({ ask: 'state' })
          expect(Object.keys(permissions).length).toBeGreaterThan(30)
          expect(Object.entries(permissions).flatMap(([name, granted]) => (granted ? [name] : [])).sort()).toEqual([
            'check clipboard-sanitized-write', 'request clipboard-sanitized-write',
          ])
        },
      ],
      [
        "only our windows' main frames are answered",
        async () => {
          for (const url of ['saccade://window/', 'https://example.com/', 'file:///tmp/page.html']) {
            const { answer } = await desktop.ask({ ask: 'foreign', url, args: ['app.info', {}] })
            expect(answer).toEqual({ ok: false, error: "Only Saccade's own window may ask the workbench." })
          }
        },
      ],
      [
        'every message is validated: no call takes what its schema does not',
        async () => {
          const answers = await desktop.page.evaluate(
            (names) => Promise.all(names.map((name) => window.saccade.call(name as 'app.info', 7 as never).then(() => name, (error: Error) => error.message))),
            Object.keys(calls),
          )
          expect(answers.filter((text) => !/^\S+ can't be done: /.test(text))).toEqual([])
          expect(await inPage("window.saccade.call('__proto__', {}).catch((error) => error.message)")).toBe('There is no call "__proto__".')
        },
      ],
      [
        'fuses are set in the packaging configuration',
        async () => {
          const { electronFuses } = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as { electronFuses: unknown }
          expect(electronFuses).toEqual({
            runAsNode: false,
            enableCookieEncryption: true,
            enableNodeOptionsEnvironmentVariable: false,
            enableNodeCliInspectArguments: false,
            enableEmbeddedAsarIntegrityValidation: true,
            onlyLoadAppFromAsar: true,
            loadBrowserProcessSpecificV8Snapshot: false,
            grantFileProtocolExtraPrivileges: false,
          })
        },
      ],
    ]
    test.each(checklist)('%s', (_item, check) => check())
  })

  test('work shows in the task bar, and keeps the machine awake as long as it lasts', async () => {
    const state = await desktop.ask({ ask: 'state' })
    const progress = state.windows[0]?.progress ?? []
    expect(progress.some((value) => value > 0 && value <= 1)).toBe(true)
    expect(progress.at(-1)).toBe(-1)
    expect(state.awake.times).toBeGreaterThanOrEqual(3)
    expect(state.awake.now).toBe(0)
    // None of it took so long that somebody had to be called back.
    expect(state.notifications).toEqual([])
  })

  test('files that the system opens are shown in the window, and are recent then', async () => {
    const [path = ''] = await writeStarterRecordings(join(folder, 'opened'), { seed: 3, perClass: 1, format: 'bin' })
    desktop.tell({ ask: 'emit', event: 'open-file', args: [path] })
    await expect.poll(() => desktop.page.url()).toBe(`https://window.saccade.test/#/recordings/${encodeURIComponent(path)}`)
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).recent).toContain(path)
    expect(JSON.stringify((await desktop.ask({ ask: 'state' })).menu)).toContain(`(${path})`)
    const relative = join('opened', path.slice(join(folder, 'opened').length + 1))
    await desktop.page.evaluate("void (location.hash = '#/models')")
    desktop.tell({ ask: 'emit', event: 'second-instance', args: [['saccade', '--flag', relative], folder] })
    await expect.poll(() => desktop.page.url()).toContain('#/recordings/')
  })

  test("a model's file that the system opens is looked at, and is the library's model where it is one of its", async () => {
    const { models } = await desktop.page.evaluate(() => window.saccade.call('models.list', {}))
    const [{ id, path: own } = { id: '', path: '' }] = models
    const copy = join(folder, 'sent by mail.onnx')
    copyFileSync(own, copy)
    desktop.tell({ ask: 'emit', event: 'open-file', args: [copy] })
    await expect.poll(() => desktop.page.url()).toBe(`https://window.saccade.test/#/models/id/${id}`)
    // One that is none of the library's stays by its path, with what is wrong with it.
    const broken = join(folder, 'broken.onnx')
    writeFileSync(broken, 'no model')
    desktop.tell({ ask: 'emit', event: 'second-instance', args: [['saccade', broken], folder] })
    await expect.poll(() => desktop.page.url()).toBe(`https://window.saccade.test/#/models/id/${encodeURIComponent(broken)}`)
    await desktop.page.getByText('not an ONNX model').first().waitFor()
  })

  test('the menu reaches every view, the palette and the system dialogs', async () => {
    desktop.tell({ ask: 'click', label: 'Settings…' })
    await desktop.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
    desktop.tell({ ask: 'answer', dialog: 'showOpenDialog', value: { canceled: false, filePaths: ['/data/Train'] } })
    desktop.tell({ ask: 'click', label: 'Import a folder…' })
    await expect.poll(() => desktop.page.url()).toContain('#/datasets/import/%2Fdata%2FTrain')
    desktop.tell({ ask: 'click', label: 'Command palette' })
    await desktop.page.getByRole('combobox', { name: /^Search pages/ }).fill('devic')
    await desktop.page.keyboard.press('Enter')
    await expect.poll(() => desktop.page.url()).toContain('#/training/devices')
  })

  test('a place has a window of its own, which hears and asks like the first; closing it closes it alone', async () => {
    await desktop.page.evaluate(() => window.saccade.call('windows.open', { place: '#/settings/log' }))
    const other = () => desktop.page.context().pages().find((page) => page.url().endsWith('#/settings/log'))
    await expect.poll(() => other()?.title()).toBe('Log – Saccade')
    await desktop.page.evaluate(() => window.saccade.call('settings.change', { theme: 'dark' }))
    await expect.poll(() => other()?.evaluate("document.documentElement.dataset['mantineColorScheme']")).toBe('dark')
    const refused = await desktop.page.evaluate(() => window.saccade.call('windows.open', { place: 'https://example.com/' }).catch((error: Error) => error.message))
    expect(refused).toContain('place:')
    desktop.tell({ ask: 'close' })
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).windows.map(({ closed }) => closed)).toEqual([false, true])
    expect(await desktop.page.evaluate(() => window.saccade.call('app.info', {}).then(({ host }) => host))).toBe('desktop')
  })

  test('another library is kept for the next start', async () => {
    const next = join(folder, 'next-library')
    const report = await desktop.page.evaluate((path) => window.saccade.call('settings.choose-library', { path }), next)
    expect(report.library).toEqual({ path: join(folder, 'library'), next, changeable: true })
    expect(JSON.parse(readFileSync(join(folder, 'library.json'), 'utf8'))).toEqual({ path: next, opened: [join(folder, 'library')] })
  })

  async function manyRecordings(): Promise<string> {
    const recordings = join(folder, 'shapes')
    await writeStarterRecordings(recordings, { seed: 2, perClass: 4, format: 'bin' })
    return recordings
  }
})

describe('its end', () => {
  test('closing the window ends it, and it opens where it was', async () => {
    const first = await startDesktop()
    first.tell({ ask: 'close' })
    expect(await first.exit).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toMatchObject({ maximized: false, bounds: { width: 1320 } })
    const second = await startDesktop()
    const { windows } = await second.ask({ ask: 'state' })
    expect(windows[0]?.options).toMatchObject({ x: 40, y: 30, width: 1320, height: 860 })
    second.tell({ ask: 'close' })
    await second.exit
  })

  test('while work goes on it asks; a run that is stopped so is saved and can be resumed', async () => {
    const library = join(folder, 'asking')
    const desktop = await startDesktop(library)
    const recordings = join(folder, 'shapes-of-asking')
    await writeStarterRecordings(recordings, { seed: 3, perClass: 4, format: 'bin' })
    const run = await desktop.page.evaluate(async (path) => {
      const { dataset } = await window.saccade.call('datasets.import', {
        folder: path,
        name: 'shapes',
        framing: { resize: [16, 16], timesteps: 4 },
        testShare: 0.5,
      })
      const noFailure = async (): Promise<void> => {
        const failed = (await window.saccade.call('jobs.list', {})).jobs.find((job) => job.state === 'failed')
        if (failed) throw new Error(`${failed.title} failed: ${failed.error}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      while ((await window.saccade.call('datasets.list', {})).datasets.length === 0) await noFailure()
      const { networks } = await window.saccade.call('training.presets', { dataset })
      const network = networks[0]?.network
      if (!network) throw new Error('no network')
      const started = await window.saccade.call('runs.start', {
        name: 'long',
        dataset,
        network,
        method: { name: 'trt' },
        optimizer: { name: 'adam' },
        epochs: 10_000,
        batchSize: 4,
        augmentation: {},
      })
      while ((await window.saccade.call('runs.get', { id: started.run })).epochs.length === 0) await noFailure()
      return started.run
    }, recordings)
    desktop.tell({ ask: 'answer', dialog: 'showMessageBox', value: { response: 1 } })
    desktop.tell({ ask: 'close' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const state = await desktop.ask({ ask: 'state' })
    expect(state.dialogs.at(-1)).toMatchObject({
      name: 'showMessageBox',
      options: { detail: expect.stringContaining('Train long') as string },
    })
    expect(desktop.process.exitCode).toBe(null)
    // In the background the icon tells of it, and another start brings a window back.
    desktop.tell({ ask: 'answer', dialog: 'showMessageBox', value: { response: 2 } })
    desktop.tell({ ask: 'close' })
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).tray?.toolTip).toMatch(/^Saccade\nTrain long/)
    expect((await desktop.ask({ ask: 'state' })).windows.map(({ closed }) => closed)).toEqual([true])
    desktop.tell({ ask: 'emit', event: 'second-instance', args: [['saccade'], folder] })
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).windows.map(({ closed }) => closed)).toEqual([true, false])
    await expect.poll(async () => (await desktop.ask({ ask: 'state' })).tray).toBe(null)
    desktop.tell({ ask: 'answer', dialog: 'showMessageBox', value: { response: 0 } })
    desktop.tell({ ask: 'close' })
    expect(await desktop.exit).toBe(0)
    expect(JSON.parse(readFileSync(join(library, 'runs', run, 'status.json'), 'utf8'))).toMatchObject({ state: 'stopped' })
    expect(existsSync(join(library, 'runs', run, 'run.json'))).toBe(true)
  })

  test('a library that can not be kept is said in a question, and quitting there ends it', async () => {
    const answers = { STAND_IN_ANSWERS: JSON.stringify({ showMessageBox: { response: 3 } }) }
    await expect(startDesktop('/dev/null/library', answers)).rejects.toThrow(
      /The main process ended \(0\).*The library can't be opened\. \/dev\/null\/library: the library can't be kept here.*Try again, Choose another folder \.\.\., Use the standard library, Quit/s,
    )
  })

  test('where the library is missing the standard one opens if the user says so, and none is made in its place', async () => {
    const missing = join(folder, 'unplugged/library')
    const home = join(folder, 'home')
    const desktop = await startDesktop(missing, { HOME: home, USERPROFILE: home, STAND_IN_ANSWERS: JSON.stringify({ showMessageBox: { response: 2 } }) })
    expect((await desktop.page.evaluate(() => window.saccade.call('app.info', {}))).library).toBe(join(home, 'Saccade'))
    expect(desktop.errors()).toContain(`The library ${missing} is not there: of its path only ${folder} is.`)
    expect(existsSync(join(folder, 'unplugged'))).toBe(false)
    desktop.tell({ ask: 'close' })
    expect(await desktop.exit).toBe(0)
  })

  test('a second instance ends itself', async () => {
    await expect(startDesktop(join(folder, 'second'), { STAND_IN_SECOND: '1' })).rejects.toThrow('The main process ended (0)')
  })
})
