/** Electron: one window on the workbench, its menu, dialogs and IPC. Nothing else in main/ imports electron. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
  type IpcMainInvokeEvent,
  type MenuItemConstructorOptions,
  type OpenDialogOptions,
  type WebContents,
} from 'electron'
import { channels, type Answer } from '../preload/contract/channels.ts'
import { address, isolation, mayAsk, mayHave, scheme, schemePrivileges } from './desktop/security.ts'
import { readWindowState, saveWindowState } from './desktop/window-state.ts'
import { adoptUtilityProcess, type SpawnChild } from './training/child.ts'
import { isCallName, type Workbench } from './workbench/api.ts'
import { isActive } from './workbench/jobs.ts'
import { defaultLibrary } from './workbench/library.ts'
import { windowFile } from './workbench/window-files.ts'
import { createWorkbench, type ChooseKind } from './workbench/workbench.ts'

const here = import.meta.dirname
const windowFolder = join(here, '../renderer')
const spawn: SpawnChild = (path, env) =>
  adoptUtilityProcess(
    utilityProcess.fork(path, [], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'], serviceName: 'Saccade' }),
  )

const dialogs: Record<ChooseKind, OpenDialogOptions> = {
  folder: { title: 'Choose a folder of recordings', properties: ['openDirectory'] },
  recording: { title: 'Choose a recording', properties: ['openFile'] },
  model: { title: 'Choose an exported model', properties: ['openFile'], filters: [{ name: 'ONNX model', extensions: ['onnx'] }] },
  archive: { title: 'Choose a run saved as zip', properties: ['openFile'], filters: [{ name: 'Run', extensions: ['zip'] }] },
  target: { title: 'Choose where to save it', properties: ['openDirectory', 'createDirectory'] },
}

protocol.registerSchemesAsPrivileged([{ scheme, privileges: schemePrivileges }])
app.on('web-contents-created', (_event, contents) => confine(contents))
let window: BrowserWindow | undefined
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox("Saccade can't start", error instanceof Error ? error.message : String(error))
      app.exit(1)
    })
}

function start(): void {
  const { values } = parseArgs({ args: process.argv.slice(1), options: { library: { type: 'string' } }, strict: false })
  const library = typeof values.library === 'string' ? values.library : defaultLibrary()
  const workbench = createWorkbench({ library, host: 'desktop', spawn, choose, watch: true })
  protocol.handle(scheme, async (request) => {
    const { status, headers, body } = await windowFile(windowFolder, new URL(request.url).pathname)
    return new Response(body, { status, headers })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(mayHave(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => mayHave(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) => answer(workbench, event, name, input))
  workbench.onAny((name, payload) => {
    if (window && !window.isDestroyed()) window.webContents.send(channels.event, name, payload)
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu(library)))
  openWindow(workbench)
  app.on('window-all-closed', () => app.quit())
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    // A window that is still open asks first, and its end comes back here.
    if (window) return window.close()
    // Runs save what they have before the last process ends.
    void workbench.close().finally(() => {
      closed = true
      app.quit()
    })
  })
}

/** Whatever shows pages stays on its page and opens nothing else. */
function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function openWindow(workbench: Workbench): void {
  const stateFile = join(app.getPath('userData'), 'window.json')
  const state = readWindowState(
    stateFile,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )
  const opened = new BrowserWindow({
    ...state.bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Saccade',
    backgroundColor: '#1a1b1e',
    webPreferences: { ...isolation, preload: join(here, '../preload/bridge.cjs') },
  })
  window = opened
  if (state.maximized) opened.maximize()
  opened.once('ready-to-show', () => opened.show())
  opened.webContents.on('render-process-gone', (_event, { reason }) => {
    // The workbench lives on here: a fresh page finds everything as it was.
    if (reason !== 'clean-exit' && !opened.isDestroyed()) opened.reload()
  })
  let leave = false
  let asking = false
  opened.on('close', (event) => {
    if (leave) return
    event.preventDefault()
    if (asking) return
    asking = true
    void mayClose(workbench, opened).then((may) => {
      asking = false
      if (!may) return
      leave = true
      saveWindowState(stateFile, { bounds: opened.getNormalBounds(), maximized: opened.isMaximized() })
      opened.close()
    })
  })
  opened.on('closed', () => {
    window = undefined
  })
  // Set by "electron-vite dev" only: the window's files straight from their sources.
  const development = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
  void opened.loadURL(development ?? address)
}

/** Whether the window may go: asks where work is still going on. */
async function mayClose(workbench: Workbench, opened: BrowserWindow): Promise<boolean> {
  const { jobs } = await workbench.call('jobs.list', {})
  const active = jobs.filter(isActive)
  if (active.length === 0) return true
  const { response } = await dialog.showMessageBox(opened, {
    type: 'question',
    buttons: ['Stop and close', 'Keep working'],
    defaultId: 1,
    cancelId: 1,
    message: 'Work is still going on',
    detail: `${active.map((job) => job.title).join('\n')}\n\nTraining saves what it has and can be resumed.`,
  })
  return response === 0
}

/** Only the main frame of our own window may ask, only by names of the contract. */
async function answer(workbench: Workbench, event: IpcMainInvokeEvent, name: unknown, input: unknown): Promise<Answer> {
  const development = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
  if (!mayAsk(event.senderFrame, window ? [window.webContents.mainFrame] : [], development)) return { ok: false, error: "Only Saccade's own window may ask the workbench." }
  if (typeof name !== 'string' || !isCallName(name)) return { ok: false, error: `There is no call "${String(name)}".` }
  try {
    return { ok: true, value: await workbench.call(name, input) }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

async function choose(kind: ChooseKind): Promise<string | null> {
  const { canceled, filePaths } = window ? await dialog.showOpenDialog(window, dialogs[kind]) : await dialog.showOpenDialog(dialogs[kind])
  return canceled ? null : (filePaths[0] ?? null)
}

function menu(library: string): MenuItemConstructorOptions[] {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : []
  return [
    ...mac,
    {
      label: 'File',
      submenu: [
        { label: 'Show library folder', click: () => void shell.openPath(library) },
        { type: 'separator' },
        { role: process.platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ]
}
