import { useMemo } from 'react'
import { ActionIcon, Loader, Tooltip } from '@mantine/core'
import { IconColumns2, IconDownload, IconLayoutSidebar } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { useCall } from '../../api/use-call.ts'
import { baseName, compact, count, duration, percent, plural } from '../../app/format.ts'
import { useShortcutSet, type Shortcut } from '../../app/shortcuts.ts'
import { blockAt } from '../../stage/playback.ts'
import { playbackShortcuts } from '../../stage/playback-shortcuts.ts'
import { ScrubBar } from '../../stage/ScrubBar.tsx'
import { Stage } from '../../stage/Stage.tsx'
import { Transport } from '../../stage/Transport.tsx'
import { Deferred } from '../../widgets/Deferred.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { filtersText } from '../../widgets/filter-kinds.ts'
import { Tag } from '../../widgets/Tag.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { chooseSecond, SecondStage } from './SecondStage.tsx'
import type { Filtering } from './filtering.ts'
import { SidePanel } from './SidePanel.tsx'
import type { OpenRecording } from './loading.ts'
import { relativeBlocks, useRecordings } from './session.ts'
import styles from './recordings.module.css'

/** That what is shown is not the file as it is, and how much of it is left. */
function FilteredTag({ filtering: { filters, shown, error } }: { readonly filtering: Filtering }) {
  if (error !== null)
    return (
      <Tag tone="bad" title={error}>
        filters not usable
      </Tag>
    )
  if (shown === null) return null
  const { events, kept } = shown.report
  return (
    <Tag tone="accent" title={`${filtersText(filters)}: ${count(kept)} of ${count(events)} events are shown`}>
      filtered: {percent(events > 0 ? kept / events : null)} kept
    </Tag>
  )
}

function Summary({ open, filesShown }: { readonly open: OpenRecording; readonly filesShown: boolean }) {
  const { facts } = open
  const length = useStore(open.player.store, (state) => state.duration)
  const worst = facts.problems.some((problem) => problem.severity === 'error') ? 'bad' : 'warn'
  return (
    <div className={styles.summary} aria-label="File facts">
      <Tooltip label={filesShown ? 'Hide the list of files' : 'Show the list of files'}>
        <ActionIcon
          aria-label={filesShown ? 'Hide the list of files' : 'Show the list of files'}
          onClick={() => useRecordings.setState({ filesShown: !filesShown })}
        >
          <IconLayoutSidebar size={17} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <b>{facts.formatName}</b>
      <span>
        {facts.width}×{facts.height}
      </span>
      <span>{plural(facts.events, 'event')}</span>
      <span>{duration(facts.events > 0 ? length : null)}</span>
      <span>{compact(facts.events > 1 ? (facts.events * 1e6) / length : null, 'Ev/s')}</span>
      <Tooltip label={`${count(facts.on)} ON, ${count(facts.off)} OFF`}>
        <span>{percent(facts.events > 0 ? facts.on / facts.events : null, 0)} ON</span>
      </Tooltip>
      <FilteredTag filtering={open.filtering} />
      {!facts.complete && (
        <span role="status" className={styles.reading}>
          <Loader size={11} /> read so far: {percent(facts.share, 0)}
        </span>
      )}
      {facts.problems.length > 0 && <Tag tone={worst}>{plural(facts.problems.length, 'problem')}</Tag>}
    </div>
  )
}

function pageShortcuts(path: string): readonly Shortcut[] {
  return [
    {
      keys: ['s'],
      label: 'Save this part, picture or film',
      group: 'Playback',
      run: () => useRecordings.setState({ exporting: 'events' }),
    },
    { keys: ['c'], label: 'Compare with a second recording', group: 'Playback', run: () => void chooseSecond(path) },
  ]
}

function PageButtons({ path }: { readonly path: string }) {
  return (
    <>
      <Tooltip label="Compare with a second recording (C)">
        <ActionIcon aria-label="Compare with a second recording" onClick={() => void chooseSecond(path)}>
          <IconColumns2 size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Save this part, picture or film (S)">
        <ActionIcon aria-label="Save this part, picture or film" onClick={() => useRecordings.setState({ exporting: 'events' })}>
          <IconDownload size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </>
  )
}

/** An opened recording: facts, stage, transport, and beside them the frames of the network. */
export function RecordingPage({
  path,
  open,
  filesShown,
}: {
  readonly path: string
  readonly open: OpenRecording
  readonly filesShown: boolean
}) {
  const { facts, rate, player } = open
  const framing = useRecordings((state) => state.framing)
  const besides = useRecordings((state) => state.second.state !== 'none')
  useShortcutSet(useMemo(() => [...playbackShortcuts(player), ...pageShortcuts(path)], [player, path]))
  // Those that are on the stage: the workbench has their events at hand.
  const filters = open.filtering.shown?.filters ?? []
  const asked = { path, framing, ...(filters.length > 0 && { filters: [...filters] }) }
  const frames = useCall('recordings.frames', facts.events > 0 && facts.complete ? asked : null, true)
  // Blocks of nothing have no time.
  const timed = frames.data?.filtered?.kept === 0 ? undefined : frames.data?.blocks
  const blocks = useMemo(() => relativeBlocks(timed ?? [], facts.tFirst), [timed, facts.tFirst])
  const current = useStore(player.store, (state) => blockAt(blocks, state.time))
  return (
    <>
      <div className={styles.playback}>
        <Summary open={open} filesShown={filesShown} />
        {facts.events === 0 && facts.complete ? (
          <EmptyState title="This recording holds no events">
            The file was read to its end ({facts.formatName}), but there is not one event in it. The problems beside it say what was found
            instead.
          </EmptyState>
        ) : (
          <>
            <div className={styles.stages}>
              <div className={styles.first}>
                {besides && (
                  <header>
                    <b title={path}>{baseName(path)}</b>
                    {filters.length > 0 && <span>filtered</span>}
                  </header>
                )}
                <Stage player={player} label={`Events of ${path}`} />
              </div>
              <SecondStage first={open} />
            </div>
            <div className={styles.controls}>
              <ScrubBar player={player} on={rate.on} off={rate.off} known={rate.durationUs} blocks={blocks} currentBlock={current} />
              <Deferred>
                <Transport player={player}>
                  <PageButtons path={path} />
                </Transport>
                <ExportDialog player={player} path={path} />
              </Deferred>
            </div>
          </>
        )}
      </div>
      <Deferred>
        <SidePanel path={path} open={open} frames={frames} blocks={blocks} current={current} />
      </Deferred>
    </>
  )
}
