import { useEffect, useState } from 'react'
import { Button, Loader, Select } from '@mantine/core'
import { IconChartLine, IconFileSpreadsheet, IconPlayerPause, IconPlayerPlay, IconRefresh, IconTrash } from '@tabler/icons-react'
import type { Experiment, Priority } from '../../../preload/contract/index.ts'
import { notify } from '../../api/notices.ts'
import { useCall } from '../../api/use-call.ts'
import { attempt, workbench } from '../../api/workbench.ts'
import { percent, percentMark, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Bars } from '../../charts/Bars.tsx'
import { lineColor } from '../../charts/colors.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { saveBlob } from '../../stage/media/save.ts'
import { confirm } from '../../widgets/confirm.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { accuracyOver, experimentCsv, meanText, numericParameters, parameterName, valueText } from './experiment.ts'
import { compareRuns } from './compared.ts'
import { ExperimentTag, variedText } from './ExperimentList.tsx'
import { RecipeOutcome } from './recipes/RecipeOutcome.tsx'
import { ExperimentRuns } from './ExperimentRuns.tsx'
import styles from './sweep.module.css'
import tables from './training.module.css'

/** What its accuracies are: of the fair protocol, or as in the papers, where the test split chooses the epoch. */
function wordsOf({ protocol }: Experiment['base']): { readonly title: string; readonly drawn: 'last' | 'best'; readonly best: string; readonly last: string } {
  return protocol === 'fair'
    ? { title: 'Test accuracy, scored once', drawn: 'best', best: 'Test, scored once', last: 'Last validation' }
    : { title: 'Test accuracy after the last epoch', drawn: 'last', best: 'Best test, as in the papers', last: 'Last test' }
}

/** An experiment read again whenever one of its runs or its own state changes. */
function useExperiment(id: string) {
  const found = useCall('experiments.get', { id }, true)
  const { reload } = found
  useEffect(() => {
    let due: number | undefined
    const soon = () => {
      due ??= window.setTimeout(() => {
        due = undefined
        reload()
      }, 200)
    }
    const stops = [
      workbench().on('library.changed', ({ what }) => (what === 'experiments' || what === 'runs') && soon()),
      workbench().on('job.changed', ({ subject }) => subject === id && soon()),
      workbench().on('run.changed', soon),
    ]
    return () => {
      window.clearTimeout(due)
      stops.forEach((stop) => stop())
    }
  }, [id, reload])
  return found
}

async function remove({ id, name, runs }: Experiment): Promise<void> {
  const yes = await confirm({
    title: `Remove ${name}?`,
    action: 'Remove it and its runs',
    message: `${plural(runs.length, 'run')} with curves and checkpoints are deleted. Models exported from them stay.`,
  })
  if (!yes || (await attempt('experiments.remove', { id, runs: true }, 'The experiment could not be removed')) === null) return
  notify({ tone: 'success', title: 'Experiment removed', message: name })
  go({ view: 'training', page: 'list' })
}

function Actions({ experiment }: { readonly experiment: Experiment }) {
  const [busy, setBusy] = useState(false)
  const { id, name, job, runs, failed, priority } = experiment
  const during = (work: Promise<unknown>) => {
    setBusy(true)
    void work.finally(() => setBusy(false))
  }
  const left = runs.some(({ state }) => state === 'waiting' || state === 'stopped')
  const resume = (again: boolean) => during(attempt('experiments.resume', { id, failed: again }, 'The experiment could not be resumed'))
  return (
    <>
      {(job !== null || left) && (
        <Select
          w={150}
          aria-label="Priority"
          allowDeselect={false}
          value={priority}
          data={[
            { value: 'high', label: 'High priority' },
            { value: 'normal', label: 'Normal priority' },
            { value: 'low', label: 'Low priority' },
          ]}
          onChange={(value) => value !== null && void attempt('experiments.priority', { id, priority: value as Priority }, 'The priority could not be changed')}
        />
      )}
      <Button variant="default" leftSection={<IconChartLine size={15} />} onClick={() => compareRuns(runs.flatMap(({ run, epochsDone }) => (epochsDone > 0 ? [run] : [])))}>
        Compare curves
      </Button>
      <Button variant="default" leftSection={<IconFileSpreadsheet size={15} />} onClick={() => saveBlob(new Blob([experimentCsv(experiment)], { type: 'text/csv' }), `${name}.csv`)}>
        Save table
      </Button>
      {job === null && (
        <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => void remove(experiment)}>
          Remove
        </Button>
      )}
      {job === null && failed > 0 && (
        <Button variant="default" loading={busy} leftSection={<IconRefresh size={15} />} onClick={() => resume(true)}>
          Try failed runs again
        </Button>
      )}
      {job === null && left && (
        <Button loading={busy} leftSection={<IconPlayerPlay size={15} />} onClick={() => resume(false)}>
          Resume
        </Button>
      )}
      {job !== null && (
        <Button variant="default" loading={busy} leftSection={<IconPlayerPause size={15} />} onClick={() => during(attempt('experiments.pause', { id }, 'The experiment could not be paused'))}>
          Pause
        </Button>
      )}
    </>
  )
}

function Results({ experiment }: { readonly experiment: Experiment }) {
  const { results, base } = experiment
  const words = wordsOf(base)
  const split = experiment.base.protocol === 'papers' ? 'Test' : 'Validation'
  const parameters = Object.keys(results[0]?.values ?? {})
  const numeric = numericParameters(results)
  const [over, setOver] = useState<string | null>(null)
  const curve = accuracyOver(experiment, words.drawn, over ?? undefined)
  const nameOf = (values: Experiment['results'][number]['values']) => parameters.map((name) => valueText(values[name], name)).join(', ') || 'all seeds'
  return (
    <div className={styles.pair}>
      <Panel
        title="Accuracy"
        className={styles.chart}
        aside={
          curve !== null && numeric.length > 1 ? (
            <Select
              size="xs"
              aria-label="Draw accuracy over"
              allowDeselect={false}
              value={curve.parameter}
              data={numeric.map((value) => ({ value, label: `over ${parameterName(value)}` }))}
              onChange={setOver}
            />
          ) : null
        }
      >
        {curve === null ? (
          <Bars
            label={`${split} accuracy after the last epoch`}
            most={1}
            bars={results.map((result, index) => ({ label: nameOf(result.values), parts: [{ value: result[words.drawn]?.mean ?? 0, color: lineColor(index) }], text: meanText(result[words.drawn]) }))}
          />
        ) : (
          <LineChart
            title={`${words.title}, over ${parameterName(curve.parameter)}`}
            help="chart.experiment"
            x={curve.x}
            xLabel={parameterName(curve.parameter)}
            lines={curve.lines}
            format={percent}
            ticks={percentMark}
            range={[null, null]}
            logarithmic={curve.logarithmic}
            height={230}
          />
        )}
      </Panel>
      <Panel title="Results" help="chart.experiment" flush aside={<span className={styles.aside}>mean ± standard deviation over seeds</span>}>
        <div className={tables.tableBox}>
          <table className={tables.table} aria-label="Results">
            <thead>
              <tr>
                {parameters.map((name) => (
                  <th key={name}>{parameterName(name)}</th>
                ))}
                {parameters.length === 0 && <th>Setting</th>}
                <th className={tables.number}>{words.best}</th>
                <th className={tables.number}>{words.last}</th>
                <th className={tables.number}>Seeds</th>
              </tr>
            </thead>
            <tbody>
              {results.map(({ values, last, best, runs }) => (
                <tr key={JSON.stringify(values)}>
                  {parameters.map((name) => (
                    <td key={name}>{valueText(values[name], name)}</td>
                  ))}
                  {parameters.length === 0 && <td>as they are</td>}
                  <td className={tables.number}>{meanText(best)}</td>
                  <td className={tables.number}>{meanText(last)}</td>
                  <td className={tables.number}>
                    {last?.count ?? 0} / {runs}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </div>
  )
}

/** An experiment: its results so far, and its runs. */
export function ExperimentPage({ id }: { readonly id: string }) {
  const { data: experiment, error } = useExperiment(id)
  if (error !== null)
    return (
      <div className={widgets.inner}>
        <Failure message={error} />
      </div>
    )
  if (experiment === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the experiment…" />
  const { name, runs, job, finished, failed, base } = experiment
  const words = wordsOf(base)
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={`${widgets.toolbar} ${styles.head}`}>
          <h2 title={name}>{name}</h2>
          <ExperimentTag job={job} finished={finished} failed={failed} runs={runs.length} />
          <span className={styles.aside}>
            {experiment.recipe ? '' : `varies ${variedText(experiment)}; `}
            {finished} of {plural(runs.length, 'run')} finished
          </span>
          <span className={widgets.grow} />
          <Actions experiment={experiment} />
        </div>
        {experiment.recipe ? <RecipeOutcome experiment={experiment} recipe={experiment.recipe} /> : <Results experiment={experiment} />}
        <ExperimentRuns experiment={experiment} words={words} />
      </div>
    </div>
  )
}
