/**
 * A stand-in for the `electron` module: what main/desktop.ts uses of it, on Node and a plain Chromium. Windows are pages of
 * the browser at STAND_IN_BROWSER, utility processes are child processes, dialogs answer what the test told them to.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import { windows } from './window.ts'

export { BrowserWindow } from './window.ts'

/** What the test may ask this process. */
export type StandInRequest =
  | { readonly ask: 'state' }
  /** What the system or the menu does: an event of `app`, a click on a menu item, by its label. */
  | { readonly ask: 'emit'; readonly event: string; readonly args: readonly unknown[] }
  | { readonly ask: 'click'; readonly label: string }
  | { readonly ask: 'focus'; readonly focused: boolean }
  | { readonly ask: 'close' }
  /** A message to the workbench from a frame that is none of our windows' main frame, though it shows this address. */
  | { readonly ask: 'foreign'; readonly url: string; readonly args: readonly unknown[] }
  /** What the custom protocol answers. */
  | { readonly ask: 'fetch'; readonly url: string }
  | { readonly ask: 'answer'; readonly dialog: 'showMessageBox' | 'showOpenDialog'; readonly value: unknown }
export interface StandInState {
  readonly menu: unknown
  readonly windows: readonly { readonly options: unknown; readonly shown: boolean; readonly denied: readonly string[]; readonly closed: boolean; readonly progress: readonly number[] }[]
  readonly recent: readonly string[]
  /** What keeps the machine awake now, and how often something did. */
  readonly awake: { readonly now: number; readonly times: number }
  readonly notifications: readonly unknown[]
  /** The icon beside the clock; null where there is none. */
  readonly tray: { readonly toolTip: string; readonly menu: unknown } | null
  readonly schemes: unknown
  /** What was decided for each permission that was asked for: by request, by check, and for devices. */
  readonly permissions: Readonly<Record<string, boolean>>
  readonly dialogs: readonly { readonly name: string; readonly options: unknown }[]
  readonly utilityProcesses: number
  /** The answer to 'foreign' and 'fetch'. */
  readonly answer?: unknown
}

const recorded = {
  menu: null as unknown,
  schemes: null as unknown,
  permissions: {} as Record<string, boolean>,
  dialogs: [] as { name: string; options: unknown }[],
  utilityProcesses: 0,
  recent: [] as string[],
  awake: { now: 0, times: 0 },
  notifications: [] as unknown[],
  tray: null as { toolTip: string; menu: unknown } | null,
}
/** What dialogs answer; those that come before the test can say so stand in STAND_IN_ANSWERS, as JSON by the dialog's name. */
const answers = new Map<string, unknown>(Object.entries(JSON.parse(process.env.STAND_IN_ANSWERS ?? '{}') as object))

process.on('message', (request: StandInRequest) => {
  if (request.ask === 'close') return windows.findLast((window) => !window.isDestroyed())?.close()
  if (request.ask === 'emit') return void app.emit(request.event, { preventDefault: () => undefined }, ...request.args)
  if (request.ask === 'click') return items(recorded.menu).find(({ label }) => label === request.label)?.click?.()
  if (request.ask === 'focus') return windows.forEach((window) => (window.focused = request.focused))
  if (request.ask === 'answer') return void answers.set(request.dialog, request.value)
  void result(request).then((answer) => {
    const state: StandInState = {
      ...recorded,
      windows: windows.map((window) => ({ options: window.options, shown: window.shown, denied: window.webContents.denied, closed: window.isDestroyed(), progress: window.progress })),
      answer,
    }
    process.send?.(state)
  })
})

async function result(request: StandInRequest): Promise<unknown> {
  if (request.ask === 'foreign') return ipcMain.invoke('saccade:call', { senderFrame: { url: request.url } }, request.args)
  if (request.ask !== 'fetch') return undefined
  const { status, headers } = await protocol.respond(request.url)
  return { status, headers: Object.fromEntries(headers) }
}

interface Item {
  readonly label?: string
  readonly click?: () => void
  readonly submenu?: readonly Item[]
}
/** All items of a menu, and of the menus in it. */
const items = (menu: unknown): Item[] => ((menu ?? []) as Item[]).flatMap((item) => [item, ...items(item.submenu)])

class App extends EventEmitter {
  readonly isPackaged = true

  requestSingleInstanceLock(): boolean {
    return process.env.STAND_IN_SECOND !== '1'
  }

  async whenReady(): Promise<void> {
    await Promise.resolve()
  }

  getPath(name: string): string {
    if (name !== 'userData' || !process.env.STAND_IN_USER_DATA) throw new Error(`The stand-in knows no path "${name}".`)
    return process.env.STAND_IN_USER_DATA
  }

  addRecentDocument(path: string): void {
    recorded.recent.push(path)
  }

  quit(): void {
    let prevented = false
    this.emit('before-quit', {
      preventDefault: () => {
        prevented = true
      },
    })
    if (!prevented) this.exit(0)
  }

  exit(code: number): void {
    process.exit(code)
  }
}
export const app = new App()

type Handler = (event: unknown, ...args: unknown[]) => unknown
const handlers = new Map<string, Handler>()
export const ipcMain = {
  handle: (channel: string, handler: Handler): void => void handlers.set(channel, handler),
  invoke: async (channel: string, event: unknown, args: readonly unknown[]): Promise<unknown> => {
    const handler = handlers.get(channel)
    if (!handler) throw new Error(`No handler for "${channel}".`)
    return handler(event, ...args)
  },
}

type Responder = (request: Request) => Promise<Response>
const schemes = new Map<string, Responder>()
export const protocol = {
  registerSchemesAsPrivileged: (list: unknown): void => {
    recorded.schemes = list
  },
  handle: (scheme: string, responder: Responder): void => void schemes.set(scheme, responder),
  respond: (url: string): Promise<Response> => {
    const responder = schemes.get(new URL(url).protocol.slice(0, -1))
    if (!responder) throw new Error(`No handler for ${url}.`)
    return responder({ url } as Request)
  },
}

async function answer(name: string, options: unknown): Promise<unknown> {
  recorded.dialogs.push({ name, options })
  // Before there is a window the test can't ask for it.
  const { message, detail, buttons } = options as { message?: string; detail?: string; buttons?: readonly string[] }
  if (message !== undefined) console.error([message, detail, buttons?.join(', ')].join(' '))
  return answers.get(name)
}
export const dialog = {
  showMessageBox: (...args: unknown[]): Promise<unknown> => answer('showMessageBox', args.at(-1)),
  showOpenDialog: (...args: unknown[]): Promise<unknown> => answer('showOpenDialog', args.at(-1)),
  showErrorBox: (title: string, content: string): void => console.error(`${title}: ${content}`),
}

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: unknown): void => {
    recorded.menu = menu
  },
}
export const nativeImage = { createFromPath: (path: string) => ({ resize: () => ({ path }) }) }
export const powerSaveBlocker = {
  start: (): number => {
    recorded.awake.now++
    return ++recorded.awake.times
  },
  stop: (): void => void recorded.awake.now--,
}
export class Notification extends EventEmitter {
  static isSupported = (): boolean => true
  readonly #options: unknown

  constructor(options: unknown) {
    super()
    this.#options = options
  }

  show(): void {
    recorded.notifications.push(this.#options)
  }
}
export class Tray {
  constructor() {
    recorded.tray = { toolTip: '', menu: null }
  }

  setToolTip(toolTip: string): void {
    if (recorded.tray) recorded.tray.toolTip = toolTip
  }

  setContextMenu(menu: unknown): void {
    if (recorded.tray) recorded.tray.menu = menu
  }

  destroy(): void {
    recorded.tray = null
  }
}
export const screen = { getAllDisplays: (): unknown[] => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
/** Everything that pages may ask for (Electron's documentation of setPermissionRequestHandler). */
const permissions = [
  'clipboard-read', 'clipboard-sanitized-write', 'display-capture', 'fullscreen', 'geolocation', 'hid', 'idle-detection', 'media', 'midi',
  'midiSysex', 'notifications', 'openExternal', 'pointerLock', 'serial', 'storage-access', 'usb', 'window-management', 'fileSystem',
]
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: (contents: unknown, permission: string, decide: (granted: boolean) => void) => void): void =>
      permissions.forEach((name) => handler(null, name, (granted) => void (recorded.permissions[`request ${name}`] = granted))),
    setPermissionCheckHandler: (handler: (contents: unknown, permission: string) => boolean): void =>
      permissions.forEach((name) => void (recorded.permissions[`check ${name}`] = handler(null, name))),
    setDevicePermissionHandler: (handler: (details: unknown) => boolean): void => {
      recorded.permissions['device'] = handler({})
    },
  },
}
/** A key store whose key is this process: what another one reads is not the text. */
export const safeStorage = {
  isEncryptionAvailable: (): boolean => true,
  getSelectedStorageBackend: (): string => 'gnome_libsecret',
  encryptString: (text: string): Buffer => Buffer.from(text).map((byte) => byte ^ 0x5a) as Buffer,
  decryptString: (bytes: Buffer): string => Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString(),
}
export const shell = { openPath: (): Promise<string> => Promise.resolve('') }

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess

  constructor(path: string, env: NodeJS.ProcessEnv) {
    super()
    recorded.utilityProcesses++
    const parentPort = fileURLToPath(new URL('./parent-port.ts', import.meta.url))
    this.#child = fork(path, [], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      execArgv: ['--import', parentPort],
    })
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.on('exit', (code, signal) => this.emit('exit', code ?? (signal === 'SIGKILL' ? 137 : 1)))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr
  }

  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object)
  }

  kill(): boolean {
    return this.#child.kill()
  }
}
export const utilityProcess = {
  fork: (path: string, _args: string[], options: { env?: NodeJS.ProcessEnv }): UtilityProcess =>
    new UtilityProcess(path, options.env ?? process.env),
}

process.on('disconnect', () => process.exit(0))
