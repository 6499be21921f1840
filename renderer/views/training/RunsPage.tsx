import { useEffect, useMemo } from 'react'
import { Button, Checkbox, Skeleton, VisuallyHidden } from '@mantine/core'
import { IconBook2, IconBrain, IconCpu, IconFileImport, IconFolderPlus, IconPlus } from '@tabler/icons-react'
import type { RunSummary } from '../../../preload/contract/index.ts'
import { measured, totalEpochs } from '../../../preload/contract/training.ts'
import { useLibrary } from '../../api/library.ts'
import { readRun, useRuns } from '../../api/runs.ts'
import { figure, percent, percentMark, plural, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { runColors } from '../../charts/colors.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import widgets from '../../widgets/widgets.module.css'
import { importRun } from './actions.ts'
import { useCompared } from './compared.ts'
import { compareCurves, splitOf } from './curves.ts'
import { ExperimentList } from './ExperimentList.tsx'
import { datasetOf } from './run-dataset.ts'
import { StateTag } from './state-tag.tsx'
import styles from './training.module.css'

const shownAtFirst = 4

interface ComparisonProps {
  readonly ids: readonly string[]
  /** Whether one of them has finished an epoch. */
  readonly curves: boolean
  readonly colors: ReadonlyMap<string, string>
}

function Comparison({ ids, curves, colors }: ComparisonProps) {
  const details = useRuns((state) => state.details)
  const runs = useMemo(() => ids.flatMap((id) => details[id] ?? []).filter((run) => run.epochs.length > 0), [ids, details])
  const accuracy = useMemo(() => compareCurves(runs, colors, (metrics) => measured(metrics).accuracy), [runs, colors])
  const loss = useMemo(() => compareCurves(runs, colors, (metrics) => measured(metrics).loss), [runs, colors])
  // Their room, until they are read: the table below does not jump.
  if (runs.length === 0)
    return curves ? (
      <Panel className={styles.comparison}>
        <Skeleton height={236} radius={4} />
      </Panel>
    ) : null
  const splits = [...new Set(runs.map(splitOf))]
  const title = splits.length > 1 ? 'Validation or test' : splits[0] === 'validation' ? 'Validation' : 'Test'
  return (
    <Panel className={styles.comparison}>
      <div className={styles.pair}>
        <LineChart
          title={`${title} accuracy`}
          help="chart.compared"
          {...accuracy}
          xLabel="epoch"
          format={percent}
          ticks={percentMark}
          range={[null, null]}
          sync="compare"
          height={210}
        />
        <LineChart title={`${title} loss`} help="chart.compared" {...loss} xLabel="epoch" format={figure} sync="compare" height={210} />
      </div>
    </Panel>
  )
}

interface RowProps {
  readonly run: RunSummary
  readonly color: string
  readonly dataset: string
  readonly compared: boolean
  readonly onCompare: (on: boolean) => void
}

function Row({ run, color, dataset, compared, onCompare }: RowProps) {
  const epochs = useRuns((state) => state.details[run.id]?.epochs)
  useEffect(() => {
    if (useRuns.getState().details[run.id]?.epochs.length !== run.epochsDone) void readRun(run.id)
  }, [run.id, run.epochsDone])
  const open = () => go({ view: 'training', page: 'run', id: run.id })
  const fair = run.config.protocol === 'fair'
  return (
    <tr>
      <td>
        <Checkbox
          aria-label={`Compare ${run.config.name}`}
          checked={compared}
          onChange={(event) => onCompare(event.currentTarget.checked)}
        />
      </td>
      <td className={styles.nameCell}>
        <i style={{ background: `var(${color})` }} aria-hidden />
        <button type="button" onClick={open} title={run.config.name}>
          {run.config.name}
        </button>
      </td>
      <td className={styles.wide}>{dataset}</td>
      <td>{run.config.network.name}</td>
      <td>{run.config.method.name.toUpperCase()}</td>
      <td>
        <StateTag state={run.state} />
      </td>
      <td className={styles.number}>
        {run.epochsDone} / {totalEpochs(run.config)}
      </td>
      <td className={styles.number} title={run.best === null ? undefined : `${splitOf(run)}, epoch ${run.best.epoch}`}>
        {percent(run.best?.value)}
      </td>
      <td className={styles.number}>{percent(run.lastTestAccuracy ?? run.lastValidationAccuracy)}</td>
      <td className={styles.number} title={run.test ? `epoch ${run.test.epoch}, scored once` : fair ? 'scored at the end' : 'The test split chose the epoch'}>
        {fair ? percent(run.test?.accuracy) : percent(run.best?.value)}
        {!fair && <small>as in the papers</small>}
      </td>
      <td>
        <Sparkline
          color={color}
          label={`${fair ? 'Validation' : 'Test'} accuracy of ${run.config.name}`}
          values={epochs?.map((metrics) => measured(metrics).accuracy) ?? []}
        />
      </td>
      <td className={styles.when}>{since(run.created, new Date())}</td>
    </tr>
  )
}

function RecipesButton() {
  return (
    <Button variant="default" leftSection={<IconBook2 size={15} />} onClick={() => go({ view: 'training', page: 'recipes', id: null })}>
      Recipes
    </Button>
  )
}

function NoRuns() {
  const datasets = useLibrary((state) => state.datasets)
  const any = datasets !== null && datasets.length > 0
  return (
    <EmptyState
      icon={<IconBrain size={34} stroke={1.3} />}
      title="No runs yet"
      actions={
        any ? (
          <>
            <Button leftSection={<IconPlus size={15} />} onClick={() => go({ view: 'training', page: 'new', dataset: null })}>
              New run
            </Button>
            <RecipesButton />
            <Button variant="subtle" color="gray" leftSection={<IconFileImport size={15} />} onClick={() => void importRun()}>
              Import a run…
            </Button>
          </>
        ) : (
          <>
            <Button leftSection={<IconFolderPlus size={15} />} onClick={() => go({ view: 'datasets', page: 'import', folder: null })}>
              Import a folder
            </Button>
            <StarterButton variant="default" />
            <RecipesButton />
            <Button variant="subtle" color="gray" leftSection={<IconFileImport size={15} />} onClick={() => void importRun()}>
              Import a run…
            </Button>
          </>
        )
      }
    >
      {any
        ? 'Choose a dataset, a network and a method, and watch it learn. A run can be stopped and resumed at any time.'
        : 'Training needs a dataset. Import a folder of recordings, or let the starter project make one and train on it.'}
    </EmptyState>
  )
}

/** All runs; the chosen ones are compared above. */
export function RunsPage() {
  const runs = useLibrary((state) => state.runs)
  const datasets = useLibrary((state) => state.datasets)
  const ticked = useCompared((state) => state.ids)
  const colors = useMemo(() => runColors(runs ?? []), [runs])
  if (runs === null)
    return (
      <div className={widgets.inner}>
        <Skeleton height={180} radius={8} />
      </div>
    )
  if (runs.length === 0) return <NoRuns />
  const compared = ticked ?? runs.slice(0, shownAtFirst).map((run) => run.id)
  const compare = (id: string, on: boolean) =>
    useCompared.setState({ ids: on ? [...compared, id] : compared.filter((other) => other !== id) })
  const nameOf = (run: RunSummary) => (datasets && datasetOf(run, datasets))?.name ?? run.config.dataset
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2>{plural(runs.length, 'run')}</h2>
          <span className={styles.hint}>Tick runs to compare their curves.</span>
          <span className={widgets.grow} />
          <Button variant="default" leftSection={<IconFileImport size={15} />} onClick={() => void importRun()}>
            Import a run…
          </Button>
          <RecipesButton />
          <Button variant="default" leftSection={<IconCpu size={15} />} onClick={() => go({ view: 'training', page: 'devices' })}>
            Devices
          </Button>
          <Button leftSection={<IconPlus size={15} />} onClick={() => go({ view: 'training', page: 'new', dataset: null })}>
            New run
          </Button>
        </div>
        <ExperimentList />
        <Comparison ids={compared} curves={runs.some(({ id, epochsDone }) => epochsDone > 0 && compared.includes(id))} colors={colors} />
        <div className={`${widgets.panel} ${styles.tableBox}`}>
          <table className={styles.table} aria-label="Runs">
            <thead>
              <tr>
                <th>
                  <VisuallyHidden>Compare</VisuallyHidden>
                </th>
                <th>Run</th>
                <th className={styles.wide}>Dataset</th>
                <th>Network</th>
                <th>Method</th>
                <th>State</th>
                <th className={styles.number}>Epochs</th>
                <th className={styles.number}>Best</th>
                <th className={styles.number}>Last</th>
                <th className={styles.number}>Test</th>
                <th>Accuracy</th>
                <th className={styles.when}>Started</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <Row
                  key={run.id}
                  run={run}
                  color={colors.get(run.id) ?? '--series-1'}
                  dataset={nameOf(run)}
                  compared={compared.includes(run.id)}
                  onCompare={(on) => compare(run.id, on)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  )
}
