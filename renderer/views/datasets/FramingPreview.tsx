import { useCall } from '../../api/use-call.ts'
import type { Filter, FolderPreview, Framing } from '../../../preload/contract/index.ts'
import { baseName } from '../../app/format.ts'
import { FilterControls } from '../../widgets/FilterControls.tsx'
import { FrameGrid } from '../../widgets/FrameGrid.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { recordingPath } from './SampleGrid.tsx'
import styles from './datasets.module.css'

interface FramingPreviewProps {
  readonly preview: FolderPreview
  readonly framing: Framing
  readonly filters: readonly Filter[]
  readonly onFilters: (filters: Filter[]) => void
}

/**
 * The filters, and the frames of one recording of the folder with the chosen framing: as they are, and behind the filters.
 * No frames where no recording is found by its class's subfolder.
 */
export function FramingPreview({ preview, framing, filters, onFilters }: FramingPreviewProps) {
  const first = preview.classes[0]
  const listing = useCall('files.list', first === undefined ? null : { path: recordingPath(preview.folder, first.name) })
  const recording = listing.data?.entries.find((entry) => entry.kind === 'recording') ?? null
  const before = useCall('recordings.frames', recording === null ? null : { path: recording.path, framing }, true)
  const filtering = recording !== null && filters.length > 0
  const after = useCall('recordings.frames', filtering ? { path: recording.path, framing, filters: [...filters] } : null, true)
  const shown = [
    { title: filtering ? 'before the filters' : '', frames: before },
    ...(filtering ? [{ title: 'behind the filters', frames: after }] : []),
  ]
  return (
    <>
      <FilterControls value={filters} onChange={onFilters} report={after.data?.filtered} />
      {filtering && after.error !== null && <Failure message={after.error} />}
      {shown.map(({ title, frames }) =>
        recording === null || frames.data === null ? null : (
          <div key={title} className={styles.preview} data-stale={frames.loading || undefined}>
            <p>
              {first?.name} / {baseName(recording.path)}
              {title === '' ? '' : `, ${title}`}
            </p>
            <FrameGrid data={frames.data.data} shape={frames.data.shape} columns={Math.min(10, frames.data.shape[0])} />
          </div>
        ),
      )}
    </>
  )
}
