import { useEffect } from 'react'
import { ActionIcon, Tooltip, useMantineColorScheme, useComputedColorScheme } from '@mantine/core'
import { IconAppWindow, IconFolder, IconKeyboard, IconMoon, IconSearch, IconSun } from '@tabler/icons-react'
import { useConnection } from '../api/connection.ts'
import { useLibrary } from '../api/library.ts'
import { useRemote } from '../api/remote.ts'
import { changeSettings } from '../api/settings.ts'
import { baseName, shortPath } from './format.ts'
import { go, parseRoute, useRoute, type Route } from './route.ts'
import { usePalette } from './palette.ts'
import { openInWindow } from './windows.ts'
import { RemoteChip } from './RemoteChip.tsx'
import { useShortcuts } from './shortcuts.ts'
import styles from './shell.module.css'

const titles = { recordings: 'Recordings', datasets: 'Datasets', training: 'Training', models: 'Models', library: 'Library', settings: 'Settings' }

/** What lies below the view's first page, in the header's words; null where the view shows it itself. */
export function placeOf(route: Route): string | null {
  if (route.view === 'recordings') return route.path === null ? null : baseName(route.path)
  switch (route.page) {
    case 'list':
    case 'dataset':
    case 'model':
      return null
    case 'live':
      return 'Live'
    case 'compare':
      return 'Compare'
    case 'import':
      return 'Import a folder'
    case 'new':
      return 'New run'
    case 'log':
      return 'Log'
    case 'devices':
      return 'Devices'
    case 'recipes':
      return 'Recipes'
    case 'run':
      return 'Run'
    case 'analysis':
      return 'Analysis'
    case 'experiment':
      return 'Experiment'
  }
}

/** Where we are, the library, and the window's settings. */
export function Header() {
  const route = useRoute((state) => state.route)
  const library = useLibrary((state) => state.info?.library)
  const failure = useLibrary((state) => state.failure)
  const connection = useConnection((state) => state.state)
  const host = useRemote(({ state }) => state?.current?.host)
  const place = placeOf(route)
  useEffect(() => {
    document.title = `${place ?? titles[route.view]} – Saccade${host === undefined ? '' : ` on ${host}`}`
  }, [place, route.view, host])
  return (
    <header className={styles.header}>
      <div className={styles.crumbs}>
        {place === null ? (
          <h1 className={styles.title}>{titles[route.view]}</h1>
        ) : (
          <>
            <button type="button" onClick={() => go(parseRoute(`#/${route.view}`))}>
              {titles[route.view]}
            </button>
            <span aria-hidden style={{ color: 'var(--ink-3)' }}>
              /
            </span>
            <h1 className={styles.title} title={place}>
              {place}
            </h1>
          </>
        )}
      </div>
      {connection !== 'lost' && failure !== null && (
        <span role="alert" className={styles.banner}>
          {failure}
        </span>
      )}
      <RemoteChip />
      {library !== undefined && (
        <Tooltip label={`Library: ${library}`} position="bottom">
          <span className={styles.library} aria-label={`Library ${library}`}>
            <IconFolder size={14} stroke={1.6} aria-hidden />
            {shortPath(library, 44)}
          </span>
        </Tooltip>
      )}
      <Tooltip label="Search everything (Ctrl+K)" position="bottom">
        <ActionIcon aria-label="Search everything" onClick={() => usePalette.setState({ open: true })}>
          <IconSearch size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Open this page in its own window" position="bottom">
        <ActionIcon aria-label="Open this page in its own window" onClick={() => openInWindow(route)}>
          <IconAppWindow size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keyboard shortcuts (?)" position="bottom">
        <ActionIcon aria-label="Keyboard shortcuts" onClick={() => useShortcuts.setState({ helpOpen: true })}>
          <IconKeyboard size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <ThemeSwitch />
    </header>
  )
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme()
  const shown = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const other = shown === 'dark' ? 'light' : 'dark'
  return (
    <Tooltip label={`Switch to the ${other} theme`} position="bottom">
      <ActionIcon aria-label={`Switch to the ${other} theme`} onClick={() => {
          setColorScheme(other)
          void changeSettings({ theme: other })
        }}>
        {shown === 'dark' ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
      </ActionIcon>
    </Tooltip>
  )
}
