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
  | { readonly ask: 'close' }
  | { readonly ask: 'answer'; readonly dialog: 'showMessageBox' | 'showOpenDialog'; readonly value: unknown }
export interface StandInState {
  readonly menu: unknown
  readonly windows: readonly { readonly options: unknown; readonly shown: boolean; readonly denied: readonly string[] }[]
  readonly schemes: unknown
  readonly permission: boolean | null
  readonly permissionCheck: boolean | null
  readonly dialogs: readonly { readonly name: string; readonly options: unknown }[]
  readonly utilityProcesses: number
}

const recorded = {
  menu: null as unknown,
  schemes: null as unknown,
  permission: null as boolean | null,
  permissionCheck: null as boolean | null,
  dialogs: [] as { name: string; options: unknown }[],
  utilityProcesses: 0,
}
const answers = new Map<string, unknown>()

process.on('message', (request: StandInRequest) => {
  if (request.ask === 'close') return windows.at(-1)?.close()
  if (request.ask === 'answer') return void answers.set(request.dialog, request.value)
  const state: StandInState = {
    ...recorded,
    windows: windows.map(({ options, shown, webContents: { denied } }) => ({ options, shown, denied })),
  }
  process.send?.(state)
})

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
  return answers.get(name)
}
export const dialog = {
  showMessageBox: (_window: unknown, options: unknown): Promise<unknown> => answer('showMessageBox', options),
  showOpenDialog: (...args: unknown[]): Promise<unknown> => answer('showOpenDialog', args.at(-1)),
  showErrorBox: (title: string, content: string): void => console.error(`${title}: ${content}`),
}

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: unknown): void => {
    recorded.menu = menu
  },
}
export const screen = { getAllDisplays: (): unknown[] => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: (contents: unknown, permission: string, decide: (granted: boolean) => void) => void): void =>
      handler(null, 'media', (granted) => {
        recorded.permission = granted
      }),
    setPermissionCheckHandler: (handler: (contents: unknown, permission: string) => boolean): void => {
      recorded.permissionCheck = handler(null, 'clipboard-read')
    },
  },
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
