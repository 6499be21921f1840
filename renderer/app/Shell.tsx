import { Suspense, lazy } from 'react'
import { Loader } from '@mantine/core'
import { useConnection } from '../api/connection.ts'
import { DropZone } from './DropZone.tsx'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { FailureDialog } from './FailureDialog.tsx'
import { Header } from './Header.tsx'
import { HelpDialog } from './HelpDialog.tsx'
import { JobBar } from './JobBar.tsx'
import { LostLine } from './LostLine.tsx'
import { Navigation } from './Navigation.tsx'
import { NoAccess } from './NoAccess.tsx'
import { Notices } from './Notices.tsx'
import { ConfirmDialog } from '../widgets/ConfirmDialog.tsx'
import { FileDialog } from '../widgets/FileDialog.tsx'
import { HelpBubble } from '../widgets/HelpBubble.tsx'
import { Palette } from './Palette.tsx'
import { RemoteDialog } from './RemoteDialog.tsx'
import { useRoute } from './route.ts'
import { useShellShortcuts } from './shell-shortcuts.ts'
import styles from './shell.module.css'

const views = {
  recordings: lazy(() => import('../views/recordings/RecordingsView.tsx')),
  datasets: lazy(() => import('../views/datasets/DatasetsView.tsx')),
  training: lazy(() => import('../views/training/TrainingView.tsx')),
  models: lazy(() => import('../views/models/ModelsView.tsx')),
  library: lazy(() => import('../views/library/LibraryView.tsx')),
  settings: lazy(() => import('../views/settings/SettingsView.tsx')),
}

/** Navigation on the left, header above, the view in the middle, jobs below. */
export function Shell() {
  useShellShortcuts()
  const view = useRoute((state) => state.route.view)
  const connection = useConnection((state) => state.state)
  const View = views[view]
  if (connection === 'no-token') return <NoAccess />
  return (
    <div className={styles.shell}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to content
      </a>
      <Navigation />
      <Header />
      <LostLine />
      <main id="main" tabIndex={-1} className={styles.main}>
        <ErrorBoundary key={view}>
          <Suspense
            fallback={
              <div className={styles.waiting}>
                <Loader size="sm" />
              </div>
            }
          >
            <View />
          </Suspense>
        </ErrorBoundary>
      </main>
      <JobBar />
      <Notices />
      <HelpDialog />
      <Palette />
      <FileDialog />
      <ConfirmDialog />
      <RemoteDialog />
      <DropZone />
      <FailureDialog />
      <HelpBubble />
    </div>
  )
}
