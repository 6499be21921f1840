import { useState } from 'react'
import { Tabs } from '@mantine/core'
import { useStore } from 'zustand'
import type { CallState } from '../../api/use-call.ts'
import type { Frames } from '../../../preload/contract/index.ts'
import { bytes, compact, count, duration, percent } from '../../app/format.ts'
import { HelpTip } from '../../widgets/Help.tsx'
import { Facts } from '../../widgets/Panel.tsx'
import { FrameGrid } from '../../widgets/FrameGrid.tsx'
import { filtersText } from '../../widgets/filter-kinds.ts'
import { FramingControls } from '../../widgets/FramingControls.tsx'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import { Tag } from '../../widgets/Tag.tsx'
import { FiltersPanel } from './FiltersPanel.tsx'
import type { OpenRecording } from './loading.ts'
import { filterRecording, useRecordings } from './session.ts'
import styles from './recordings.module.css'

interface SidePanelProps {
  readonly path: string
  readonly open: OpenRecording
  readonly frames: CallState<Frames>
  readonly blocks: readonly (readonly [number, number])[]
  readonly current: number
}

function NetworkInput({ open, frames, blocks, current }: SidePanelProps) {
  const framing = useRecordings((state) => state.framing)
  const paletteName = useStore(open.player.store, (state) => state.paletteName)
  const { shown } = open.filtering
  return (
    <>
      <FramingControls
        value={framing}
        onChange={(next) => useRecordings.setState({ framing: next })}
        filters={open.filtering.filters}
        onFilters={filterRecording}
      />
      <p className={styles.note}>
        Exactly the frames a network gets with this framing: <span className={styles.onText}>ON</span> and{' '}
        <span className={styles.offText}>OFF</span> are its two input{' '}
        <span className={styles.together}>
          channels. <HelpTip of="chart.frames" />
        </span>
        {shown !== null && ` Behind the filters: ${filtersText(shown.filters)}.`}
      </p>
      {frames.error !== null && <Failure message={frames.error} />}
      {frames.data !== null && (
        <div data-stale={frames.loading || undefined} className={styles.frames}>
          <FrameGrid
            data={frames.data.data}
            shape={frames.data.shape}
            blocks={blocks}
            current={current}
            paletteName={paletteName}
            columns={frames.data.shape[3] > frames.data.shape[2] * 1.5 ? 2 : 3}
            onPick={(timestep) => open.player.seek(blocks[timestep]?.[1] ?? 0)}
          />
        </div>
      )}
      {!open.facts.complete && (
        <p className={styles.note}>Frames need the whole recording; {percent(open.facts.share, 0)} of it is read.</p>
      )}
      {open.facts.complete && open.facts.events === 0 && <p className={styles.note}>No events, no frames.</p>}
    </>
  )
}

function FileFacts({ open }: { readonly open: OpenRecording }) {
  const { facts } = open
  const length = useStore(open.player.store, (state) => state.duration)
  const range = (least: number | null, most: number | null) => (least === null || most === null ? '–' : `${count(least)} … ${count(most)}`)
  return (
    <>
      <Facts
        rows={[
          ['Format', facts.formatName],
          ['Size', bytes(facts.bytes)],
          ['Sensor', `${facts.width} × ${facts.height} px`],
          ['Events', count(facts.events)],
          ['Duration', duration(facts.events > 0 ? length : 0)],
          ['Mean rate', compact(facts.events > 1 ? (facts.events * 1e6) / length : null, 'Ev/s')],
          ['ON', `${count(facts.on)} (${percent(facts.events > 0 ? facts.on / facts.events : null)})`],
          ['OFF', `${count(facts.off)} (${percent(facts.events > 0 ? facts.off / facts.events : null)})`],
          ['x', range(facts.xMin, facts.xMax)],
          ['y', range(facts.yMin, facts.yMax)],
          ['t in µs', range(facts.tFirst, facts.tLast)],
          ...Object.entries(facts.details).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value] as const),
        ]}
      />
      <details className={styles.details}>
        <summary>Checksum and path</summary>
        <Facts
          rows={[
            ['Σ t mod 2³²', count(facts.checksum.t)],
            ['Σ x', count(facts.checksum.x)],
            ['Σ y', count(facts.checksum.y)],
            ['Σ p', count(facts.checksum.p)],
            ['Path', facts.path],
          ]}
        />
      </details>
    </>
  )
}

/** Beside the stage: the network's input, the filters, the file's facts, its problems. */
export function SidePanel(props: SidePanelProps) {
  const { problems, events } = props.open.facts
  const { filters } = props.open.filtering
  const [tab, setTab] = useState<string | null>(events === 0 ? 'problems' : 'frames')
  return (
    <Tabs value={tab} onChange={setTab} className={styles.side} keepMounted={false} aria-label="About this recording">
      <Tabs.List>
        <Tabs.Tab value="frames">Frames</Tabs.Tab>
        <Tabs.Tab value="filters" rightSection={filters.length > 0 ? <Tag tone="accent">{filters.length}</Tag> : null}>
          Filters
        </Tabs.Tab>
        <Tabs.Tab value="file">File</Tabs.Tab>
        <Tabs.Tab
          value="problems"
          rightSection={
            problems.length > 0 ? (
              <Tag tone={problems.some((problem) => problem.severity === 'error') ? 'bad' : 'warn'}>{problems.length}</Tag>
            ) : null
          }
        >
          Problems
        </Tabs.Tab>
      </Tabs.List>
      <div className={styles.sideBody}>
        <Tabs.Panel value="frames">
          <NetworkInput {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="filters">
          <FiltersPanel open={props.open} path={props.path} />
        </Tabs.Panel>
        <Tabs.Panel value="file">
          <FileFacts open={props.open} />
        </Tabs.Panel>
        <Tabs.Panel value="problems">
          {problems.length === 0 ? (
            <p className={styles.note}>The whole file was read without a fault.</p>
          ) : (
            <Problems problems={problems} />
          )}
        </Tabs.Panel>
      </div>
    </Tabs>
  )
}
