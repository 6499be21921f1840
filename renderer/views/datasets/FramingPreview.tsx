import { useCall } from '../../api/use-call.ts'
import type { FolderPreview, Framing } from '../../../preload/contract/index.ts'
import { baseName } from '../../app/format.ts'
import { FrameGrid } from '../../widgets/FrameGrid.tsx'
import { recordingPath } from './SampleGrid.tsx'
import styles from './datasets.module.css'

/** The frames of one recording of the folder with the chosen framing; nothing where none is found by its class's subfolder. */
export function FramingPreview({ preview, framing }: { readonly preview: FolderPreview; readonly framing: Framing }) {
  const first = preview.classes[0]
  const listing = useCall('files.list', first === undefined ? null : { path: recordingPath(preview.folder, first.name) })
  const recording = listing.data?.entries.find((entry) => entry.kind === 'recording') ?? null
  const frames = useCall('recordings.frames', recording === null ? null : { path: recording.path, framing }, true)
  if (recording === null || frames.data === null) return null
  return (
    <div className={styles.preview} data-stale={frames.loading || undefined}>
      <p>
        {first?.name} / {baseName(recording.path)}
      </p>
      <FrameGrid data={frames.data.data} shape={frames.data.shape} columns={Math.min(10, frames.data.shape[0])} />
    </div>
  )
}
