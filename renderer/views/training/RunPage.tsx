import { useEffect, useState } from 'react'
import { Button, Loader, Menu } from '@mantine/core'
import { IconChevronDown, IconFileZip, IconPackageExport, IconPlayerPlay, IconPlayerStop, IconTrash } from '@tabler/icons-react'
import type { Run } from '../../../preload/contract/index.ts'
import { hasWeights, measured, totalEpochs } from '../../../preload/contract/training.ts'
import { useLibrary } from '../../api/library.ts'
import { readRun, useRuns, type LiveSteps } from '../../api/runs.ts'
import { count, figure, percent, seconds } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { exportRun } from '../../app/export-run.ts'
import { ConfusionMatrix } from '../../charts/ConfusionMatrix.tsx'
import { AnalysisCards } from '../analysis/AnalysisCards.tsx'
import { Deferred } from '../../widgets/Deferred.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { removeRun, resumeRun, saveRun, stopRun } from './actions.ts'
import { splitOf } from './curves.ts'
import { ConfigSummary } from './ConfigSummary.tsx'
import { missingData } from './run-dataset.ts'
import { RunCharts } from './RunCharts.tsx'
import { RunOrigin } from './RunOrigin.tsx'
import { RunRecord } from './RunRecord.tsx'
import { StateTag } from './state-tag.tsx'
import styles from './training.module.css'

function Actions({ run, dataHere }: { readonly run: Run; readonly dataHere: boolean }) {
  const [busy, setBusy] = useState(false)
  const during = (work: Promise<void>) => {
    setBusy(true)
    void work.finally(() => setBusy(false))
  }
  const active = run.state === 'running' || run.state === 'waiting'
  const untrained = run.epochs.length === 0
  return (
    <>
      {!active && (
        <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => void removeRun(run.id, run.config.name)}>
          Remove
        </Button>
      )}
      {!active && (
        <Button variant="default" leftSection={<IconFileZip size={15} />} onClick={() => void saveRun(run.id)}>
          Save as zip…
        </Button>
      )}
      {active && (
        <Button variant="default" loading={busy} leftSection={<IconPlayerStop size={15} />} onClick={() => during(stopRun(run.id))}>
          Stop
        </Button>
      )}
      {(run.state === 'stopped' || run.state === 'failed') && (
        <Button loading={busy} disabled={!dataHere} leftSection={<IconPlayerPlay size={15} />} onClick={() => during(resumeRun(run.id))}>
          Resume
        </Button>
      )}
      {hasWeights({ ...run, epochsDone: run.epochs.length }) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              variant={run.state === 'finished' ? 'filled' : 'default'}
              leftSection={<IconPackageExport size={15} />}
              rightSection={<IconChevronDown size={13} />}
            >
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown maw={360}>
            {!dataHere && (
              <Menu.Label style={{ whiteSpace: 'normal' }}>
                A model is only written with its proof: its answers on the test split beside the trained network’s. That needs the dataset here.
              </Menu.Label>
            )}
            {untrained ? (
              <Menu.Item disabled={!dataHere} onClick={() => void exportRun(run.id, 'last')}>Weights of {run.origin?.file}</Menu.Item>
            ) : (
              <>
                <Menu.Item disabled={!dataHere} onClick={() => void exportRun(run.id, 'best')}>
                  Best checkpoint by {splitOf(run)} accuracy{run.best === null ? '' : ` (epoch ${run.best.epoch}, ${percent(run.best.value)})`}
                </Menu.Item>
                <Menu.Item disabled={!dataHere} onClick={() => void exportRun(run.id, 'last')}>Last checkpoint (epoch {run.epochs.at(-1)?.epoch})</Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}

function Figure({ title, value, note }: { readonly title: string; readonly value: string; readonly note?: string | undefined }) {
  return (
    <div className={styles.figure}>
      <dt>{title}</dt>
      <dd>
        {value}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  )
}

/** The run in figures. While it trains, those of the running epoch. */
function Figures({ run, live }: { readonly run: Run; readonly live: LiveSteps | undefined }) {
  const last = run.epochs.at(-1)
  const epochs = totalEpochs(run.config)
  const fair = run.config.protocol === 'fair'
  const now = run.state === 'running' ? live?.last : undefined
  const done = now === undefined ? run.epochs.length : now.epoch - 1 + now.step / now.steps
  return (
    <div className={styles.figures}>
      <dl>
        <Figure
          title={fair ? 'Validation accuracy' : 'Test accuracy'}
          value={percent(last && measured(last).accuracy)}
          note={last === undefined ? undefined : `epoch ${last.epoch}`}
        />
        <Figure
          title={fair ? 'Best validation' : 'Best test accuracy'}
          value={percent(run.best?.value)}
          note={run.best === null ? undefined : `epoch ${run.best.epoch}${fair ? '' : ', as in the papers'}`}
        />
        {fair && <Figure title="Test accuracy" value={percent(run.test?.accuracy)} note={run.test ? `epoch ${run.test.epoch}, scored once` : 'scored at the end'} />}
        <Figure title="Train loss" value={figure(now?.loss ?? last?.trainLoss)} note={now === undefined ? undefined : 'this batch'} />
        <Figure
          title="Epoch"
          value={`${now?.epoch ?? run.epochs.length} / ${epochs}`}
          note={now === undefined ? undefined : `step ${now.step} of ${now.steps}`}
        />
        <Figure
          title="Speed"
          value={`${figure(Number((now?.samplesPerSecond ?? last?.samplesPerSecond ?? NaN).toPrecision(3)))}`}
          note={last?.waitedSeconds === undefined ? 'samples/s' : `samples/s, ${percent(last.waitedSeconds / last.seconds)} waiting for data`}
        />
        {run.state === 'running' ? (
          <Figure title="Time left" value={seconds(now?.secondsLeft)} />
        ) : (
          <Figure title="Parameters" value={count(run.parameters)} />
        )}
      </dl>
      <div
        className={styles.progress}
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuemin={0}
        aria-valuemax={epochs}
        aria-valuenow={Math.floor(done)}
      >
        <div style={{ transform: `scaleX(${Math.min(1, done / epochs)})` }} data-state={run.state} />
      </div>
    </div>
  )
}

/** One run: how it stands, its curves as they grow, what it confuses, and how it was set up. */
export function RunPage({ id }: { readonly id: string }) {
  const run = useRuns((state) => state.details[id])
  const failure = useRuns((state) => state.failures[id])
  const live = useRuns((state) => state.live[id])
  const datasets = useLibrary((state) => state.datasets)
  useEffect(() => {
    void readRun(id)
  }, [id])
  if (run === undefined) {
    return failure === undefined ? (
      <EmptyState icon={<Loader size="sm" />} title="Reading the run…" />
    ) : (
      <EmptyState
        title="This run can't be shown"
        actions={<Button onClick={() => go({ view: 'training', page: 'list' })}>All runs</Button>}
      >
        {failure}
      </EmptyState>
    )
  }
  const missing = datasets && missingData(run, datasets)
  const { origin } = run
  // What was opened and never trained here has nothing to draw.
  const untrained = origin !== undefined && run.epochs.length === 0 && run.state !== 'running' && run.state !== 'waiting'
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2 title={run.config.name}>{run.config.name}</h2>
          <StateTag state={run.state} />
          <span className={widgets.grow} />
          <Actions run={run} dataHere={missing === null} />
        </div>
        {run.state === 'failed' && run.message !== null && (
          <div className={styles.banner}>
            <Failure message={run.message} />
          </div>
        )}
        {missing !== null && (
          <div className={styles.missing}>
            <Problems problems={[{ severity: 'warning', ...missing }]} />
          </div>
        )}
        {!untrained && <Figures run={run} live={live} />}
        {run.warnings.length > 0 && (
          <div className={styles.warnings}>
            <Problems problems={run.warnings.map((message) => ({ severity: 'warning', message }))} />
          </div>
        )}
        {origin !== undefined && <RunOrigin run={run} origin={origin} />}
        {!untrained && (
          <Deferred>
            <RunCharts run={run} live={live} />
          </Deferred>
        )}
        {hasWeights({ ...run, epochsDone: run.epochs.length }) && (
          <Deferred>
            <AnalysisCards run={run} />
          </Deferred>
        )}
        <Deferred>
          <div className={styles.below}>
            {!untrained && (
              <Panel
                help="chart.confusion"
                title={`Confusion on the ${run.test === undefined ? splitOf(run) : 'test'} split`}
                aside={run.confusion === null ? null : <span className={styles.hint}>after epoch {run.test?.epoch ?? run.epochs.at(-1)?.epoch}</span>}
              >
                {run.confusion === null ? (
                  <p className={styles.empty}>Measured after the first epoch.</p>
                ) : (
                  <ConfusionMatrix matrix={run.test?.confusion ?? run.confusion} classes={run.classes} />
                )}
              </Panel>
            )}
            <ConfigSummary run={run} />
          </div>
          <div className={styles.record}>
            <RunRecord run={run} />
          </div>
        </Deferred>
      </div>
    </div>
  )
}
