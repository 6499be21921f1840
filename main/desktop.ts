/** Electron: windows on the workbench, menu, dialogs, tray and IPC. Nothing else in main/ imports electron; what is decided here stands in desktop/. */
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
  type WebContents,
} from 'electron'
import { channels, type Answer } from '../preload/contract/channels.ts'
import { desktopCalls, type EventName, type EventPayload, type Job } from '../preload/contract/index.ts'
import { Leaving } from './desktop/leaving.ts'
import { findLibrary } from './desktop/find-library.ts'
import { libraryChoice } from './desktop/library-choice.ts'
import { menuTemplate, type MenuActions } from './desktop/menu.ts'
import { opens, placeOfFile, placeOfFolder, placeOfJob, readArguments } from './desktop/open-files.ts'
import { RemoteMemory, type KeyStore } from './desktop/remote-memory.ts'
import { elsewhereQuestion, Remotes } from './desktop/remote.ts'
import { address, isolation, mayAsk, mayHave, scheme, schemePrivileges } from './desktop/security.ts'
import { readWindowState, saveWindowState } from './desktop/window-state.ts'
import { barProgress, keepsAwake, notificationOf } from './desktop/work.ts'
import { adoptUtilityProcess, type SpawnChild } from './training/child.ts'
import { isCallName, type Workbench } from './workbench/api.ts'
import { standardLibrary } from './workbench/library.ts'
import { windowFile } from './workbench/window-files.ts'
import { createWorkbench, type ChooseKind } from './workbench/workbench.ts'

const here = import.meta.dirname
const windowFolder = join(here, '../renderer')
const iconPath = join(here, '../../resources/icon.png')
/** Set by "electron-vite dev" only: the window's files straight from their sources. */
const development = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const spawn: SpawnChild = (path, env) =>
  adoptUtilityProcess(
    utilityProcess.fork(path, [], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'], serviceName: 'Saccade' }),
  )

const dialogs: Record<ChooseKind | 'library', OpenDialogOptions> = {
  folder: { title: 'Choose a folder of recordings', properties: ['openDirectory'] },
  recording: { title: 'Choose a recording', properties: ['openFile'] },
  model: { title: 'Choose an exported model', properties: ['openFile'], filters: [{ name: 'ONNX model', extensions: ['onnx'] }] },
  weights: { title: 'Choose weights', properties: ['openFile'], filters: [{ name: 'PyTorch', extensions: ['pth', 'pt', 'safetensors'] }] },
  archive: { title: 'Choose a run saved as zip', properties: ['openFile'], filters: [{ name: 'Run', extensions: ['zip'] }] },
  target: { title: 'Choose where to save it', properties: ['openDirectory', 'createDirectory'] },
  library: { title: 'Choose the folder of a library', properties: ['openDirectory', 'createDirectory'] },
}

const given = readArguments(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())
/** Files that the system asked for before there was a window. */
const early: string[] = [...given.files]
let openFile = (path: string): void => void early.push(path)

protocol.registerSchemesAsPrivileged([{ scheme, privileges: schemePrivileges }])
app.on('web-contents-created', (_event, contents) => confine(contents))
app.on('open-file', (event, path) => {
  event.preventDefault()
  openFile(path)
})
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox("Saccade can't start", error instanceof Error ? error.message : String(error))
      app.exit(1)
    })
}

/** Whatever shows pages stays on its page and opens nothing else. */
function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

async function start(): Promise<void> {
  const memory = libraryChoice(app.getPath('userData'))
  const windows = new Windows()
  const found = await findLibrary(given.library ?? (process.env.SACCADE_LIBRARY || memory.next), {
    memory,
    standard: standardLibrary,
    open: (path): Workbench => createWorkbench({ library: path, host: 'desktop', spawn, choose, watch: true, libraryChoice: memory, desktop: () => ({ openWindow: (place) => windows.open(place), remotes }) }),
    ask: askUser(windows),
    chooseFolder: () => choose('library'),
  })
  if (found === null) return app.exit(0)
  const { library, opened: workbench } = found
  const remotes: Remotes = new Remotes(workbench, {
    memory: new RemoteMemory(join(app.getPath('userData'), 'remotes.json'), keyStore),
    ask: askUser(windows),
    tell: (name, payload) => {
      windows.tell(name, payload)
      if (name === 'job.changed') tellEnd(windows, payload as Job)
    },
    switched: (place) => {
      windows.restart(place)
      menu()
    },
  })
  protocol.handle(scheme, async (request) => {
    const { status, headers, body } = await windowFile(windowFolder, new URL(request.url).pathname)
    return new Response(body, { status, headers })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(mayHave(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => mayHave(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) => answer(workbench, remotes, windows, event, name, input))
  ipcMain.handle(channels.given, (event, path: unknown) => {
    if (mayAsk(event.senderFrame, windows.mainFrames, development) && typeof path === 'string') remotes.give(path)
  })
  workbench.onAny((name, payload) => remotes.state.current === null && windows.tell(name, payload))

  const leaving = new Leaving({
    jobs: async () => (await workbench.call('jobs.list', {})).jobs,
    windows: () => windows.size,
    closeWindows: () => windows.closeAll(),
    ask: askUser(windows),
    tray: trayOf(windows),
    closeWorkbench: () => {
      remotes.close()
      return workbench.close()
    },
    quit: () => app.quit(),
  })
  windows.onClose = (last) => leaving.mayClose(last)
  windows.onGone = (detail) =>
    void workbench.call('log.report', { level: 'error', source: 'host', where: 'window', message: 'A page of the window ended.', detail })
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    if (reason === 'clean-exit' || reason === 'killed') return
    void workbench.call('log.report', { level: 'warning', source: 'host', where: type, message: `A process of Electron ended: ${reason} (${exitCode}).`, detail: null })
  })
  app.on('window-all-closed', () => leaving.allClosed())
  app.on('before-quit', (event) => leaving.mayQuit() || event.preventDefault())
  app.on('activate', () => windows.front())
  openFile = (path) => {
    const place = placeOfFile(path, library)
    const remote = remotes.state.current?.host
    if (remote === undefined) return windows.go(place)
    void askUser(windows)(elsewhereQuestion(path, remote)).then((button) => button === 0 && remotes.leave(place))
  }
  app.on('second-instance', (_event, args, folder) => {
    const { files } = readArguments(args.slice(1), folder)
    if (files.length === 0) windows.front()
    files.forEach((path) => openFile(path))
  })
  workbench.on('job.changed', (job) => void showWork(workbench, windows, leaving, job))
  const menu = followMenu(remotes, windows, library)
  const [first, ...others] = early.filter(opens)
  windows.open(first === undefined ? '' : placeOfFile(first, library))
  others.forEach((path) => windows.open(placeOfFile(path, library)))
  void lookForUpdates(workbench)
}

/** The open windows. The first one keeps its place on the screen. */
class Windows {
  readonly #open = new Set<BrowserWindow>()
  #restarts = 0
  readonly #stateFile = join(app.getPath('userData'), 'window.json')
  /** Whether a window may close now; told whether it is the last one. */
  onClose: (last: boolean) => boolean = () => true
  onGone: (detail: string) => void = () => undefined

  get size(): number {
    return this.#open.size
  }

  get mainFrames(): unknown[] {
    return [...this.#open].map(({ webContents }) => webContents.mainFrame)
  }

  get focused(): boolean {
    return [...this.#open].some((window) => window.isFocused())
  }

  /** The one that is used, else the one that was opened last. */
  get current(): BrowserWindow | undefined {
    return [...this.#open].find((window) => window.isFocused()) ?? [...this.#open].at(-1)
  }

  /** @param place an address in the window, "#/training"; '' for where it begins */
  open(place: string): undefined {
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const state = readWindowState(this.#stateFile, areas)
    // Another window stands where the system puts it.
    const { x, y, ...size } = state.bounds
    const bounds = this.size === 0 && x !== undefined && y !== undefined ? { ...size, x, y } : size
    const window = new BrowserWindow({
      ...bounds,
      minWidth: 900,
      minHeight: 600,
      show: false,
      title: 'Saccade',
      icon: iconPath,
      backgroundColor: '#1a1b1e',
      webPreferences: { ...isolation, preload: join(here, '../preload/bridge.cjs') },
    })
    if (this.size === 0 && state.maximized) window.maximize()
    this.#open.add(window)
    window.once('ready-to-show', () => window.show())
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (reason === 'clean-exit' || window.isDestroyed()) return
      this.onGone(`${reason} (${exitCode})`)
      // The workbench lives on here: a fresh page finds everything as it was.
      window.reload()
    })
    window.on('close', (event) => {
      if (!this.onClose(this.size === 1)) return event.preventDefault()
      if (this.size === 1) saveWindowState(this.#stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
    })
    window.on('closed', () => void this.#open.delete(window))
    void window.loadURL(`${development ?? address}${place}`)
  }

  /** Shows a place in the window that is used. */
  go(place: string): void {
    const window = this.front(place)
    window?.webContents.send(channels.event, 'window.go' satisfies EventName, { place })
  }

  /** Brings a window to the front, and gives it; opens one on `place` where there is none. */
  front(place = ''): BrowserWindow | undefined {
    const window = this.current
    if (!window) return this.open(place)
    if (window.isMinimized()) window.restore()
    window.focus()
    return window
  }

  /** Every window begins anew: what it knew was of another workbench. An address of its own makes it a whole load, not a jump in the page. */
  restart(place: string): void {
    this.#restarts++
    for (const window of this.#open) void window.loadURL(`${development ?? address}?${this.#restarts}${place}`)
  }

  tell<K extends EventName>(name: K, payload: EventPayload<K>): void {
    for (const window of this.#open) if (!window.isDestroyed()) window.webContents.send(channels.event, name, payload)
  }

  progress(value: number): void {
    for (const window of this.#open) window.setProgressBar(value)
  }

  closeAll(): void {
    for (const window of this.#open) window.close()
  }
}

/** The icon beside the clock, while there is no window. */
function trayOf(windows: Windows): (lines: readonly string[] | null) => void {
  let tray: Tray | undefined
  return (lines) => {
    if (lines === null) {
      tray?.destroy()
      tray = undefined
      return
    }
    tray ??= new Tray(nativeImage.createFromPath(iconPath).resize({ width: 22, height: 22 }))
    tray.setToolTip(['Saccade', ...lines].join('\n'))
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open Saccade', click: () => windows.front() },
        ...lines.map((label) => ({ label, enabled: false })),
        { label: 'Quit', click: () => app.quit() },
      ]),
    )
  }
}

/** Calls the user back when long work has ended. */
function tellEnd(windows: Windows, job: Job): void {
  const told = notificationOf(job, Date.now(), windows.focused)
  if (told === null || !Notification.isSupported()) return
  const notification = new Notification({ ...told, icon: iconPath })
  notification.on('click', () => windows.go(placeOfJob(job)))
  notification.show()
}

/** The system's key store. On Linux without one, Electron would only scramble: nothing is kept then. */
const keyStore: KeyStore = {
  encrypt: (text) => (keeps() ? safeStorage.encryptString(text).toString('base64') : null),
  decrypt(text) {
    try {
      return keeps() ? safeStorage.decryptString(Buffer.from(text, 'base64')) : null
    } catch {
      return null
    }
  },
}
const keeps = (): boolean => safeStorage.isEncryptionAvailable() && (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text')

/** Asks in front of the window that is used; gives the number of the button. */
const askUser =
  (windows: Windows) =>
  async (question: Electron.MessageBoxOptions): Promise<number> =>
    (await (windows.current ? dialog.showMessageBox(windows.current, question) : dialog.showMessageBox(question))).response

let awake: number | null = null

/** Task bar, sleep, notification and tray follow the jobs. */
async function showWork(workbench: Workbench, windows: Windows, leaving: Leaving, changed: Job): Promise<void> {
  tellEnd(windows, changed)
  const { jobs } = await workbench.call('jobs.list', {}).catch(() => ({ jobs: [] as Job[] }))
  windows.progress(barProgress(jobs))
  if (keepsAwake(jobs)) awake ??= powerSaveBlocker.start('prevent-app-suspension')
  else if (awake !== null) {
    powerSaveBlocker.stop(awake)
    awake = null
  }
  leaving.work(jobs)
}

/** The menu, made anew when other recordings are recent, and when the windows look at another machine: what the returned function says. */
function followMenu(remotes: Remotes, windows: Windows, library: string): () => void {
  const pick = async (kind: ChooseKind, place: (path: string) => string): Promise<void> => {
    const path = await choose(kind)
    if (path !== null) windows.go(place(path))
  }
  const command: MenuActions['command'] = (what) => windows.front()?.webContents.send(channels.event, 'window.command' satisfies EventName, { command: what })
  const actions: MenuActions = {
    // On another machine's workbench the window asks: its dialog shows that machine's files, and sends ours.
    openRecording: () => (remotes.state.current ? command('open') : void pick('recording', (path) => placeOfFile(path, library))),
    importFolder: () => (remotes.state.current ? windows.go('#/datasets/import') : void pick('folder', placeOfFolder)),
    openFile: (path) => (remotes.state.current ? windows.go(placeOfFile(path, library)) : openFile(path)),
    openWindow: () => windows.open(''),
    showLibrary: () => void shell.openPath(library),
    go: (place) => windows.go(place),
    leaveRemote: () => remotes.leave(),
    command,
  }
  let shown: string | undefined
  const show = (recent: readonly string[]): void => {
    const remote = remotes.state.current?.host ?? null
    const key = [remote, ...recent].join('\n')
    if (shown === key) return
    shown = key
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, recent, actions, remote)))
    if (remote === null && recent[0] !== undefined) app.addRecentDocument(recent[0])
  }
  const read = (): void => void remotes.asked.call('recordings.recent', {}).then(({ paths }) => show(paths), () => undefined)
  let stop = (): void => undefined
  const begin = (): void => {
    stop()
    show([])
    read()
    stop = remotes.asked.on('library.changed', ({ what }) => what === 'recordings' && read())
  }
  begin()
  return begin
}

/** Only our own windows' main frames may ask, only by names of the contract. What only the desktop does is answered here whatever machine they look at. */
async function answer(workbench: Workbench, remotes: Remotes, windows: Windows, event: IpcMainInvokeEvent, name: unknown, input: unknown): Promise<Answer> {
  if (!mayAsk(event.senderFrame, windows.mainFrames, development)) return { ok: false, error: "Only Saccade's own window may ask the workbench." }
  if (typeof name !== 'string' || !isCallName(name)) return { ok: false, error: `There is no call "${String(name)}".` }
  try {
    return { ok: true, value: await (Object.hasOwn(desktopCalls, name) ? workbench : remotes.asked).call(name, input as never) }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

async function choose(kind: ChooseKind | 'library'): Promise<string | null> {
  const window = BrowserWindow.getFocusedWindow()
  const { canceled, filePaths } = window ? await dialog.showOpenDialog(window, dialogs[kind]) : await dialog.showOpenDialog(dialogs[kind])
  return canceled ? null : (filePaths[0] ?? null)
}

/** Looks for a new version where the settings say so; it is installed when the application ends. */
async function lookForUpdates(workbench: Workbench): Promise<void> {
  const { settings } = await workbench.call('settings.get', {})
  if (settings.updates === null || !app.isPackaged) return
  try {
    const { autoUpdater } = (await import('electron-updater')).default
    autoUpdater.setFeedURL({ provider: 'generic', url: settings.updates })
    await autoUpdater.checkForUpdatesAndNotify()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await workbench.call('log.report', { level: 'warning', source: 'host', where: 'updates', message: message.slice(0, 4000), detail: null })
  }
}
