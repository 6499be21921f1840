import { Button, Loader } from '@mantine/core'
import { useStore } from 'zustand'
import type { Filter } from '../../../preload/contract/index.ts'
import { count, percent } from '../../app/format.ts'
import { Facts } from '../../widgets/Panel.tsx'
import { FilterControls } from '../../widgets/FilterControls.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import type { OpenRecording } from './loading.ts'
import { filterRecording, openSecond, useRecordings } from './session.ts'
import styles from './recordings.module.css'

/** Filters made of what is marked on the stage: the region as a crop, IN and OUT as a time window. */
function FromMarks({ open, add }: { readonly open: OpenRecording; readonly add: (filter: Filter) => void }) {
  const { player } = open
  const region = useStore(player.store, (state) => state.region)
  const markIn = useStore(player.store, (state) => state.markIn)
  const markOut = useStore(player.store, (state) => state.markOut)
  return (
    <>
      {region !== null && (
        <Button variant="default" size="xs" onClick={() => add({ type: 'crop', ...region, moveOrigin: true })}>
          Crop to the region
        </Button>
      )}
      {(markIn !== null || markOut !== null) && (
        <Button
          variant="default"
          size="xs"
          onClick={() => add({ type: 'time-window', from: Math.floor(markIn ?? 0), to: markOut === null ? null : Math.floor(markOut) + 1 })}
        >
          Only from IN to OUT
        </Button>
      )}
    </>
  )
}

function Kept({ open }: { readonly open: OpenRecording }) {
  const { filtering, rate, facts } = open
  if (filtering.shown === null) return null
  const { kept, sensor } = filtering.shown.report
  if (kept === 0) return <p className={styles.note}>The filters leave no event of this recording.</p>
  const on = rate.on.reduce((sum, value) => sum + value, 0)
  return (
    <Facts
      rows={[
        ['Events', count(kept)],
        ['ON', percent(on / kept)],
        [
          'Sensor',
          sensor[0] === facts.height && sensor[1] === facts.width
            ? `${sensor[1]} × ${sensor[0]} px`
            : `${facts.width} × ${facts.height} → ${sensor[1]} × ${sensor[0]} px`,
        ],
      ]}
    />
  )
}

/** The filters through which the open recording is shown, and what they did to it. */
export function FiltersPanel({ open, path }: { readonly open: OpenRecording; readonly path: string }) {
  const { filtering, facts } = open
  const { filters, shown, working, error } = filtering
  const besides = useRecordings((state) => state.second.state !== 'none')
  return (
    <div className={styles.filtering} aria-busy={working}>
      <p className={styles.note}>
        {filters.length === 0
          ? 'What filters leave is shown on the stage and in the rate curve, framed for the network, and saved. The file stays as it is.'
          : 'Stage, rate curve, frames and what is saved are those behind the filters, the first one first. The file stays as it is.'}
      </p>
      <FilterControls value={filters} onChange={filterRecording} report={working || error !== null ? undefined : shown?.report} />
      <div className={styles.filterButtons}>
        <FromMarks open={open} add={(filter) => filterRecording([...filters, filter])} />
        {shown !== null && !besides && (
          <Button variant="default" size="xs" onClick={() => openSecond(path)}>
            Original beside it
          </Button>
        )}
        {filters.length > 0 && (
          <Button variant="default" size="xs" onClick={() => filterRecording([])}>
            Remove all
          </Button>
        )}
      </div>
      {error !== null && <Failure message={error} />}
      {!facts.complete && filters.length > 0 ? (
        <p className={styles.note}>Filters need the whole recording; {percent(facts.share, 0)} of it is read.</p>
      ) : (
        working && (
          <p className={styles.reading} role="status">
            <Loader size={11} /> Filtering…
          </p>
        )
      )}
      <Kept open={open} />
    </div>
  )
}
