import type { Run } from '../../../preload/contract/index.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Hash } from './Hash.tsx'
import styles from './training.module.css'

/** The file whose weights a run began with. Until it is trained there are no curves: what it was trained by elsewhere isn't in the file. */
export function RunOrigin({ run, origin }: { readonly run: Run; readonly origin: NonNullable<Run['origin']> }) {
  return (
    <Panel title="Opened from a file">
      <Facts
        rows={[
          ['File', origin.file],
          ['SHA-256', origin.hash === undefined ? null : <Hash value={origin.hash} />],
          ['Tensors told by', origin.by],
        ]}
      />
      {run.epochs.length === 0 && (
        <p className={styles.empty}>Not trained here, so there are no curves. It can be exported and analysed as it is; Resume trains on from these weights.</p>
      )}
    </Panel>
  )
}
