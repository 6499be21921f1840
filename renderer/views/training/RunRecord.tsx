import { useEffect } from 'react'
import type { CallOutput, Run } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { count, plural, since } from '../../app/format.ts'
import { framingText } from '../../widgets/FramingControls.tsx'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { Hash } from './Hash.tsx'
import styles from './training.module.css'

type Manifest = NonNullable<CallOutput<'runs.record'>['manifest']>

/** Every time that the run was begun or gone on with. */
function Sessions({ sessions }: Pick<Manifest, 'sessions'>) {
  const now = new Date()
  return (
    <div className={styles.tableBox}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>Session</th>
            <th>From epoch</th>
            <th>Device</th>
            <th>Engine</th>
            <th>Saccade</th>
            <th>Machine</th>
            <th>Graph of a step (SHA-256)</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session, i) => (
            <tr key={session.started}>
              <td title={session.started}>
                {i + 1}, {since(session.started, now)}
              </td>
              <td>{session.afterEpoch + 1}</td>
              <td>{session.device}</td>
              <td>
                {session.engine.name} {session.engine.version}
              </td>
              <td>{session.saccade}</td>
              <td title={`${session.processor}; Node ${session.node}`}>{session.platform}</td>
              <td>
                <Hash value={session.graphHash} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What a run was trained on, and with what: its manifest. */
export function RunRecord({ run }: { readonly run: Run }) {
  const { data, error, reload } = useCall('runs.record', { id: run.id }, true)
  // A session is written when it begins.
  useEffect(reload, [reload, run.state, run.epochs.length === 0])
  const manifest = data?.manifest
  return (
    <Panel title="Trained on, and with">
      {error !== null && <Failure message={error} />}
      {data !== null && !manifest && (
        <p className={styles.hint}>
          {run.epochs.length === 0 ? 'Written when training begins.' : 'This run was trained before Saccade kept a record of it; the next session starts one.'}
        </p>
      )}
      {data && manifest && (
        <>
          <Facts
            rows={[
              ['Dataset', `${manifest.dataset.name}: T × C × H × W = ${manifest.dataset.shape.join(' × ')}, ${plural(manifest.dataset.classes.length, 'class', 'classes')}`],
              ['Content (SHA-256)', <code key="hash" className={styles.hash}>{manifest.dataset.hash}</code>],
              ['Frames', manifest.dataset.kind === 'images' ? null : framingText(manifest.dataset.framing)],
              ['Splits', `${count(manifest.splits.train)} train, ${count(manifest.splits.validation)} validation, ${count(manifest.splits.test)} test; seed ${manifest.seed}`],
              ['Split list', <code key="list" className={styles.hash}>{`${data.folder}/splits.csv`}</code>],
            ]}
          />
          <Sessions sessions={manifest.sessions} />
        </>
      )}
    </Panel>
  )
}
