import { useEffect, useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconFolderOpen, IconFolderPlus, IconWaveSine } from '@tabler/icons-react'
import { useLibrary } from '../../api/library.ts'
import { FirstStart } from '../../app/FirstStart.tsx'
import { useFirstStart } from '../../app/first-start.ts'
import { go, useRoute } from '../../app/route.ts'
import { shortPath } from '../../app/format.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { pick } from '../../widgets/picker.ts'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import { useCut } from './cut.ts'
import { FilesPanel } from './FilesPanel.tsx'
import { RecordingPage } from './RecordingPage.tsx'
import { closeRecording, openRecording, reopenRecording, useRecordings } from './session.ts'
import { maybeText } from './text-columns.ts'
import { TextColumns } from './TextColumns.tsx'
import styles from './recordings.module.css'

/** Asks for a recording and shows it. */
export async function chooseRecording(start: string | null = null): Promise<void> {
  const path = await pick('recording', start)
  if (path !== null) go({ view: 'recordings', path })
}

function Welcome() {
  const nothingYet = useLibrary((state) => state.datasets?.length === 0 && state.models?.length === 0)
  const first = useFirstStart()
  if (first) return <FirstStart chooseRecording={() => void chooseRecording()} />
  return (
    <EmptyState
      icon={<IconWaveSine size={34} stroke={1.3} />}
      title="Look at a recording"
      actions={
        <>
          <Button leftSection={<IconFolderOpen size={15} />} onClick={() => void chooseRecording()}>
            Open a recording
          </Button>
          <Button
            variant="default"
            leftSection={<IconFolderPlus size={15} />}
            onClick={() => go({ view: 'datasets', page: 'import', folder: null })}
          >
            Import a folder
          </Button>
          {nothingYet && <StarterButton variant="default" />}
        </>
      }
    >
      Open one event-camera recording to play it and to see the frames a network would get, or import a folder with one subfolder per class
      to train on.{' '}
      {nothingYet &&
        'With no recordings at hand, the starter project simulates some and goes the whole way to a trained, exported network.'}
    </EmptyState>
  )
}

/** Recordings: files on the left, the stage in the middle, what the network sees on the right. */
export default function RecordingsView() {
  const route = useRoute((state) => (state.route.view === 'recordings' ? state.route : null))
  const path = route?.path ?? null
  const session = useRecordings((state) => state.session)
  const filesShown = useRecordings((state) => state.filesShown)
  const wide = useMediaQuery('(min-width: 1240px)', true, { getInitialValueInEffect: false })
  useEffect(() => {
    if (path === null) closeRecording()
    else openRecording(path)
  }, [path])
  useCut(session, path, route?.cut)

  // What turned out to be a text stays one while it is opened anew.
  const [text, setText] = useState<string | null>(null)
  const shown = session.state === 'none' ? null : session.path
  const isText = session.state === 'open' ? session.facts.format === 'csv' : session.state === 'failed' && maybeText(session.path)
  if (isText && text !== shown) setText(shown)

  const withFiles = filesShown ?? (wide || session.state === 'none')
  return (
    <div className={styles.view} data-files={withFiles || undefined}>
      {withFiles && <FilesPanel current={path} />}
      <div className={styles.column}>
        {text !== null && text === shown && (
          <TextColumns key={text} path={text} failed={session.state === 'failed'} onTold={() => reopenRecording(text)} />
        )}
        <div className={styles.center}>
          {session.state === 'none' && <Welcome />}
          {session.state === 'opening' && (
            <EmptyState icon={<Loader size="sm" />} title="Reading the recording…">
              {shortPath(session.path, 80)}
            </EmptyState>
          )}
          {session.state === 'failed' && (
            <EmptyState
              title="This file could not be opened"
              actions={
                <>
                  <Button onClick={() => void chooseRecording()}>Open another</Button>
                  <Button
                    variant="default"
                    onClick={() => {
                      closeRecording()
                      openRecording(session.path)
                    }}
                  >
                    Try again
                  </Button>
                </>
              }
            >
              {session.message}
            </EmptyState>
          )}
          {session.state === 'open' && <RecordingPage key={session.path} path={session.path} open={session} filesShown={withFiles} />}
        </div>
      </div>
    </div>
  )
}
