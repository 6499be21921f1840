import { useEffect, useRef, useState } from 'react'
import { SegmentedControl } from '@mantine/core'
import type { DatasetSummary, MistakesResult } from '../../../../preload/contract/index.ts'
import { useLibrary } from '../../../api/library.ts'
import { percent, plural } from '../../../app/format.ts'
import { ConfusionMatrix } from '../../../charts/ConfusionMatrix.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import type { ExtraProps } from '../registry.ts'
import { Disagreements } from './Disagreements.tsx'
import { SampleList } from './SampleList.tsx'
import { cellSamples } from './samples.ts'
import styles from './mistakes.module.css'

/** The class with the most mistakes of one kind: where one begins to look. */
function worst(confusion: MistakesResult['confusion']): readonly [number, number] {
  let [best, at]: [number, readonly [number, number]] = [0, [0, 0]]
  confusion.forEach((row, actual) =>
    row.forEach((n, predicted) => {
      if (actual !== predicted && n > best) [best, at] = [n, [actual, predicted]]
    }),
  )
  return at
}

/** The matrix whose cells open the samples behind them. */
function Cells(props: {
  readonly result: MistakesResult
  readonly dataset: DatasetSummary | undefined
  /** Class and prediction. */
  readonly cell: readonly [number, number]
  readonly onCell: (cell: readonly [number, number]) => void
}) {
  const { result, dataset, cell } = props
  const [label, predicted] = cell
  const name = (c: number): string => result.classes[c] ?? String(c)
  const samples = cellSamples(result, label, predicted)
  return (
    <div className={styles.cells}>
      <ConfusionMatrix matrix={result.confusion} classes={result.classes} onPick={(actual, said) => props.onCell([actual, said])} />
      <div className={styles.behind}>
        <p aria-live="polite">
          <b>{name(label)}</b> {label === predicted ? 'recognized' : <>taken for <b>{name(predicted)}</b></>}: {plural(samples.length, 'sample')}
        </p>
        {dataset === undefined ? (
          <p className={styles.quiet}>The dataset is not in this library: its samples can’t be shown.</p>
        ) : samples.length === 0 ? (
          <p className={styles.quiet}>No sample. Click another cell.</p>
        ) : (
          <SampleList
            key={`${result.rows.length} ${result.options.split} ${cell.join()}`}
            dataset={dataset}
            label={`Samples of ${name(label)} taken for ${name(predicted)}`}
            items={samples.map(({ row, confidence, loss }) => ({ row, note: `${percent(confidence, 0)} sure`, title: `row ${row}, loss ${loss.toFixed(3)}` }))}
          />
        )}
      </div>
    </div>
  )
}

function PerClass({ result }: { readonly result: MistakesResult }) {
  const share = (value: number | null): string => (value === null ? '–' : percent(value))
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>Class</th>
            <th>Samples</th>
            <th>Precision</th>
            <th>Recall</th>
            <th>F1</th>
          </tr>
        </thead>
        <tbody>
          {result.perClass.map(({ support, precision, recall, f1 }, c) => (
            <tr key={result.classes[c]}>
              <td>{result.classes[c]}</td>
              <td>{support}</td>
              <td>{share(precision)}</td>
              <td>{share(recall)}</td>
              <td>{share(f1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Below the figures of the mistakes: the samples behind them. */
export function Mistakes({ runs, picked }: ExtraProps<'mistakes'>) {
  const datasets = useLibrary((state) => state.datasets)
  const [chosen, setChosen] = useState<string | null>(null)
  const [cell, setCell] = useState<readonly [number, number] | null>(null)
  const place = useRef<HTMLDivElement>(null)
  const [followed, setFollowed] = useState(picked)
  // A cell of the figure above: panels are runs, columns predictions, rows classes.
  if (picked !== followed) {
    setFollowed(picked)
    if (picked?.figure === 'confusion' && picked.cell) {
      setChosen(runs[picked.panel]?.run ?? null)
      setCell([picked.cell[1], picked.cell[0]])
    }
  }
  useEffect(() => {
    if (picked?.figure === 'confusion') place.current?.scrollIntoView({ behavior: 'smooth', block: 'nearest' })
  }, [picked])
  const shown = runs.find(({ run }) => run === chosen) ?? runs[0]
  if (!shown) return null
  const { result } = shown
  const dataset = datasets?.find(({ hash }) => hash === result.dataset)
  const name = (c: number): string => result.classes[c] ?? String(c)
  return (
    <>
      {runs.length > 1 && <SegmentedControl aria-label="Run whose samples are shown" value={shown.run} onChange={setChosen} data={runs.map(({ run, name: label }) => ({ value: run, label }))} />}
      <div ref={place}>
        <Panel title="Samples behind the confusion matrix" help="chart.confusion">
          <Cells result={result} dataset={dataset} cell={cell ?? worst(result.confusion)} onCell={setCell} />
        </Panel>
      </div>
      <Panel title="Classes">
        <PerClass result={result} />
      </Panel>
      <Panel title="Hardest samples" aside={<span className={styles.quiet}>largest loss first</span>}>
        {dataset === undefined ? (
          <p className={styles.quiet}>The dataset is not in this library: its samples can’t be shown.</p>
        ) : (
          <SampleList
            key={shown.run}
            dataset={dataset}
            label="Hardest samples"
            items={result.hardest.map(({ row, label, predicted, confidence, loss, file }) => ({
              row,
              note: label === predicted ? `${name(label)} ${percent(confidence, 0)}` : `${name(label)} → ${name(predicted)}`,
              title: `${file}, row ${row}: ${name(label)}, taken for ${name(predicted)} with ${percent(confidence)}; loss ${loss.toFixed(3)}`,
            }))}
          />
        )}
      </Panel>
      {runs.length > 1 && <Disagreements runs={runs} dataset={dataset} />}
    </>
  )
}
