import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { chromium, type CDPSession, type Page } from 'playwright-core'
import { decode, encode } from '../../../preload/contract/codec.ts'
import { app, ipcMain, protocol } from './electron.ts'
import { pageWorld, preloadWorld, toPage, toPreload } from './worlds.ts'

/** A custom scheme can't be opened in a plain Chromium: its pages stand under this origin, and Electron's address is told to the app. */
const standInOrigin = 'https://window.saccade.test'
const schemeOrigin = 'saccade://window'
const world = 'preload'
const binding = 'standInSend'

interface WebPreferences {
  readonly preload?: string
  readonly sandbox?: boolean
  readonly contextIsolation?: boolean
  readonly nodeIntegration?: boolean
}
interface WindowOptions {
  readonly width?: number
  readonly height?: number
  readonly x?: number
  readonly y?: number
  readonly webPreferences?: WebPreferences
}

/** The codec as a plain script, for the isolated world. */
function codecScript(): string {
  const source = readFileSync(new URL('../../../preload/contract/codec.ts', import.meta.url), 'utf8')
  return `${stripTypeScriptTypes(source).replace(/^export /gm, '')}\nreturn { encode, decode }`
}

class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** What of Electron's WebContents main/desktop.ts uses, on a Playwright page. */
class WebContents extends EventEmitter {
  readonly mainFrame = { url: '' }
  /** For the test: addresses that were asked for and denied. */
  readonly denied: string[] = []
  page: Page | undefined
  #session: CDPSession | undefined
  #context: number | undefined
  #openHandler: (details: { url: string }) => { action: 'allow' | 'deny' } = () => ({ action: 'allow' })

  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'allow' | 'deny' }): void {
    this.#openHandler = handler
  }

  send(channel: string, ...args: unknown[]): void {
    this.#tell(['event', channel, args])
  }

  async open(preferences: WebPreferences): Promise<Page> {
    const endpoint = process.env.STAND_IN_BROWSER
    if (!endpoint) throw new Error('STAND_IN_BROWSER must hold the address of a Chromium with remote debugging.')
    const browser = await chromium.connectOverCDP(endpoint)
    const context = browser.contexts()[0] ?? (await browser.newContext())
    const page = await context.newPage()
    this.page = page
    page.on('popup', (popup) => {
      const url = popup.url()
      if (this.#openHandler({ url }).action === 'allow') return
      this.denied.push(url)
      void popup.close()
    })
    await page.route('**/*', async (route) => {
      const request = route.request()
      const url = request.url()
      if (!url.startsWith(standInOrigin)) {
        const event = new PreventableEvent()
        if (request.isNavigationRequest()) this.emit('will-navigate', event, url)
        if (!event.defaultPrevented) return route.abort()
        this.denied.push(url)
        // "No content" leaves the page where it is, as a prevented navigation does.
        return route.fulfill({ status: 204 })
      }
      const response = await protocol.respond(url.replace(standInOrigin, schemeOrigin))
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      })
    })
    await this.#addWorlds(page, preferences)
    return page
  }

  async load(url: string): Promise<void> {
    this.mainFrame.url = url
    await this.page?.goto(url.replace(schemeOrigin, standInOrigin))
  }

  /** The page's world first: it must hear what the preload script exposes. */
  async #addWorlds(page: Page, { preload, sandbox, contextIsolation, nodeIntegration }: WebPreferences): Promise<void> {
    if (!sandbox || !contextIsolation || nodeIntegration) throw new Error('The stand-in opens isolated, sandboxed windows only.')
    const session = await page.context().newCDPSession(page)
    this.#session = session
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === world) this.#context = context.id
    })
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === binding) void this.#invoked(payload)
    })
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    await session.send('Runtime.addBinding', { name: binding, executionContextName: world })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${pageWorld.toString()})(${JSON.stringify(toPage)}, ${JSON.stringify(toPreload)})`,
    })
    const preloadCode = preload === undefined ? '' : readFileSync(preload, 'utf8')
    const source = `{
      const codec = (() => { ${codecScript()} })()
      const require = (${preloadWorld.toString()})(${JSON.stringify(toPreload)}, ${JSON.stringify(toPage)}, ${JSON.stringify(binding)}, codec)
      ;((require, module, exports) => { ${preloadCode}\n })(require, { exports: {} }, {})
    }`
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: world })
  }

  async #invoked(payload: string): Promise<void> {
    const [id, channel, args] = decode(Buffer.from(payload, 'base64')) as [number, string, unknown[]]
    this.#tell(['answer', id, await ipcMain.invoke(channel, { senderFrame: this.mainFrame }, args)])
  }

  #tell(message: unknown): void {
    if (this.#context === undefined) return
    const text = Buffer.from(encode(message)).toString('base64')
    void this.#session
      ?.send('Runtime.evaluate', { expression: `standInReceive(${JSON.stringify(text)})`, contextId: this.#context })
      .catch(() => undefined)
  }
}

/** Every window that was opened, for the test. */
export const windows: BrowserWindow[] = []

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  readonly options: WindowOptions
  shown = false
  focused = true
  readonly progress: number[] = []
  #destroyed = false
  #ready: Promise<Page>

  constructor(options: WindowOptions) {
    super()
    this.options = options
    app.emit('web-contents-created', {}, this.webContents)
    this.#ready = this.webContents.open(options.webPreferences ?? {})
    windows.push(this)
  }

  async loadURL(url: string): Promise<void> {
    await this.#ready
    await this.webContents.load(url)
    this.emit('ready-to-show')
  }

  show(): void {
    this.shown = true
  }

  close(): void {
    const event = new PreventableEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return
    this.#destroyed = true
    void this.webContents.page?.close()
    this.emit('closed')
    if (windows.every((window) => window.isDestroyed())) setImmediate(() => app.emit('window-all-closed'))
  }

  reload(): void {
    void this.webContents.page?.reload()
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  isMinimized(): boolean {
    return false
  }

  isMaximized(): boolean {
    return false
  }

  maximize(): void {}
  restore(): void {}

  isFocused(): boolean {
    return this.focused && !this.#destroyed && windows.findLast((window) => !window.isDestroyed()) === this
  }

  setProgressBar(progress: number): void {
    this.progress.push(progress)
  }

  static getFocusedWindow(): BrowserWindow | null {
    return windows.find((window) => window.isFocused()) ?? null
  }

  focus(): void {}

  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    const { x = 40, y = 30, width = 800, height = 600 } = this.options
    return { x, y, width, height }
  }
}
