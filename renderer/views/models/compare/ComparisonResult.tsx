import { useMemo, useState, type ReactNode } from 'react'
import { Select } from '@mantine/core'
import { comparisonFigures } from '../../../../preload/contract/figures.ts'
import type { DatasetComparison, ModelComparison, RecordingComparison } from '../../../../preload/contract/index.ts'
import { compareMistakes } from '../../../../preload/contract/mistakes.ts'
import { useLibrary } from '../../../api/library.ts'
import { baseName, bytes, figure, percent, plural, since } from '../../../app/format.ts'
import { FigureFrame } from '../../../figures/FigureFrame.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { Problems } from '../../../widgets/Problems.tsx'
import { DisagreementPanel } from '../../analysis/mistakes/Disagreements.tsx'
import styles from './compare.module.css'

const short = (value: number): string => figure(Number(value.toPrecision(3)))
const ms = (value: number): string => `${short(value)} ms`

/** Rows of numbers under their heads, the first column names. */
function Table({ heads, rows }: { readonly heads: readonly string[]; readonly rows: readonly (readonly ReactNode[])[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others], i) => (
            <tr key={i}>
              <th scope="row">{first}</th>
              {others.map((cell, k) => (
                <td key={k}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Notes({ models }: { readonly models: ModelComparison['models'] }) {
  return models.flatMap(({ title, notes }) => notes.map((note) => <p key={`${title} ${note}`} className={styles.note}>{`${title}: ${note}`}</p>))
}

function OnRecording({ result }: { readonly result: RecordingComparison }) {
  const { models, classes, recording, events } = result
  return (
    <Panel title={`On ${baseName(recording)}${events > 0 ? `, ${plural(events, 'event')}` : ''}`} aside={<span className={styles.quiet}>{since(result.created, new Date())}</span>}>
      <Table
        heads={['Model', 'Answer', 'Confidence', 'Decode', 'Frames', 'Network', 'File']}
        rows={models.map(({ title, answer, confidence, latencyMs: { decode, frames, network }, bytes: size }) => [
          title, <b key="answer">{classes[answer] ?? answer}</b>, percent(confidence.at(-1)?.[answer]), ms(decode), ms(frames), ms(network), bytes(size),
        ])}
      />
      <Notes models={models} />
      <Problems problems={models.flatMap(({ title, problems }) => problems.map((problem) => ({ ...problem, message: `${title}: ${problem.message}` })))} />
    </Panel>
  )
}

/** What it was trained on, in a word. */
const origin = (trainedOn: boolean | null): string => (trainedOn === null ? '–' : trainedOn ? 'this dataset' : 'another')

function OnDataset({ result }: { readonly result: DatasetComparison }) {
  const { models, pairs, rows, dataset } = result
  const title = (i: number): string => models[i]?.title ?? String(i)
  const words = { test: 'the test split', train: 'the training split', all: 'all samples' }[dataset.split]
  return (
    <>
      <Panel title={`On ${words} of ${dataset.name}: ${plural(rows.length, 'sample')}`} aside={<span className={styles.quiet}>{since(result.created, new Date())}</span>}>
        <Table
          heads={['Model', 'Accuracy', '95 % interval', 'p50', 'p95', 'File', 'Frames', 'Trained on']}
          rows={models.map(({ accuracy, interval: [low, high], latencyMs: { p50, p95 }, bytes: size, frames, trainedOn, title: name }) => [
            name, <b key="accuracy">{percent(accuracy)}</b>, `${percent(low)} to ${percent(high)}`, ms(p50), ms(p95), bytes(size), frames === 'again' ? 'framed again' : 'of the dataset', origin(trainedOn),
          ])}
        />
        <Notes models={models} />
      </Panel>
      <Panel title="Pairs">
        <Table
          heads={['Models', 'Same answer', 'Both right', 'Only first', 'Only second', 'Both wrong', 'McNemar p', 'Logits, median', 'Largest']}
          rows={pairs.map(({ models: [a, b], agreement, bothRight, onlyFirst, onlySecond, bothWrong, pValue, logitDifferences }) => [
            `${title(a)} – ${title(b)}`, percent(agreement), bothRight, onlyFirst, onlySecond, bothWrong, pValue < 0.001 ? '< 0.001' : pValue.toFixed(3), short(logitDifferences[50] ?? NaN), short(logitDifferences[100] ?? NaN),
          ])}
        />
        <p className={styles.note}>p: how likely such a difference, or a larger one, is where neither is better (McNemar’s exact test). Differences of mean logits over all samples and classes.</p>
      </Panel>
    </>
  )
}

/** The samples on which two of the models disagree. */
function Disagreements({ result }: { readonly result: DatasetComparison }) {
  const [pair, setPair] = useState(0)
  const dataset = useLibrary((state) => state.datasets?.find(({ hash }) => hash === result.dataset.hash))
  const { pairs, models, rows, labels, classes } = result
  const [a, b] = pairs[pair]?.models ?? [0, 1]
  const [first, second] = [models[a], models[b]]
  const found = useMemo(() => {
    if (!first || !second) return null
    const of = ({ predicted, confidence }: typeof first) => ({ dataset: '', rows, labels, predicted, confidence })
    return compareMistakes(of(first), of(second))
  }, [first, second, rows, labels])
  if (!first || !second || !found) return null
  return (
    <>
      {pairs.length > 1 && (
        <Select
          label="Pair whose samples are shown"
          w={360}
          allowDeselect={false}
          value={String(pair)}
          onChange={(value) => setPair(Number(value))}
          data={pairs.map(({ models: [i, j] }, at) => ({ value: String(at), label: `${models[i]?.title ?? i} – ${models[j]?.title ?? j}` }))}
        />
      )}
      <DisagreementPanel key={pair} names={[first.title, second.title]} found={found} classes={classes} dataset={dataset} />
    </>
  )
}

/** What a comparison has found: numbers, figures, samples. */
export function ComparisonResult({ result }: { readonly result: ModelComparison }) {
  const figures = useMemo(() => comparisonFigures(result), [result])
  return (
    <>
      {result.kind === 'recording' ? <OnRecording result={result} /> : <OnDataset result={result} />}
      <div className={styles.figures}>
        {figures.map((one) => (
          <FigureFrame key={one.id} figure={one} />
        ))}
      </div>
      {result.kind === 'dataset' && <Disagreements key={result.created} result={result} />}
    </>
  )
}
