import { basename } from 'node:path'
import type { MenuCommand } from '../../preload/contract/index.ts'

type Role =
  | 'appMenu' | 'editMenu' | 'windowMenu' | 'help' | 'close' | 'quit' | 'reload' | 'resetZoom' | 'zoomIn' | 'zoomOut'
  | 'togglefullscreen' | 'toggleDevTools'

/** What Electron's MenuItemConstructorOptions take of it. */
export interface MenuItem {
  label?: string
  role?: Role
  type?: 'separator'
  accelerator?: string
  enabled?: boolean
  click?: () => void
  submenu?: MenuItem[]
}

/** What the menu does. */
export interface MenuActions {
  openRecording(): void
  importFolder(): void
  openFile(path: string): void
  openWindow(): void
  showLibrary(): void
  /** Back to this computer's workbench. */
  leaveRemote(): void
  go(place: string): void
  command(command: MenuCommand): void
}

const separator: MenuItem = { type: 'separator' }
const views = ['Recordings', 'Datasets', 'Training', 'Models', 'Library']

/**
 * The application menu.
 * @param recent paths, latest first
 * @param remote the machine whose workbench the windows look at; null: this one. Its files are in no dialog of this system's.
 */
export function menuTemplate(platform: NodeJS.Platform, recent: readonly string[], actions: MenuActions, remote: string | null = null): MenuItem[] {
  const mac = platform === 'darwin'
  const settings: MenuItem = { label: 'Settings…', accelerator: 'CmdOrCtrl+,', click: () => actions.go('#/settings') }
  const recentItems: MenuItem[] =
    recent.length === 0
      ? [{ label: 'Nothing yet', enabled: false }]
      : recent.map((path) => ({ label: `${basename(path)}  (${path})`, click: () => actions.openFile(path) }))
  return [
    ...(mac ? [{ role: 'appMenu' } satisfies MenuItem] : []),
    {
      label: 'File',
      submenu: [
        { label: 'Open recording…', accelerator: 'CmdOrCtrl+O', click: () => actions.openRecording() },
        { label: 'Open recent', submenu: recentItems },
        { label: 'Import a folder…', accelerator: 'CmdOrCtrl+I', click: () => actions.importFolder() },
        separator,
        { label: 'New run', accelerator: 'CmdOrCtrl+N', click: () => actions.go('#/training/new') },
        { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: () => actions.openWindow() },
        separator,
        settings,
        ...(remote === null ? [{ label: 'Show library folder', click: () => actions.showLibrary() }] : []),
        separator,
        { label: 'Remote workbench…', click: () => actions.command('remote') },
        ...(remote === null ? [] : [{ label: `Back to this computer (from ${remote})`, click: () => actions.leaveRemote() }]),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Go',
      submenu: [
        { label: 'Command palette', accelerator: 'CmdOrCtrl+K', click: () => actions.command('palette') },
        separator,
        ...views.map((label, i): MenuItem => ({ label, accelerator: `CmdOrCtrl+${i + 1}`, click: () => actions.go(`#/${label.toLowerCase()}`) })),
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'reload' }, { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' }, { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    {
      label: 'Help',
      role: 'help',
      submenu: [
        { label: 'Keyboard shortcuts', click: () => actions.command('shortcuts') },
        { label: 'Log', click: () => actions.go('#/settings/log') },
        { label: 'Save diagnostics…', click: () => actions.command('diagnostics') },
      ],
    },
  ]
}
