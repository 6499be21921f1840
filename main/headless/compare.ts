import { resolve } from 'node:path'
import type { DatasetComparison, ModelComparison, RecordingComparison } from '../../preload/contract/index.ts'
import { comparisonFigures } from '../deployment/compare/figures.ts'
import type { ComparedOn } from '../deployment/compare/schema.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { byIdOrName, choice, follow, parse, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { writeFigures } from './figure-files.ts'
import { fileSize, percent, table } from './terminal.ts'

export const compare: Command = {
  summary: 'models side by side on a recording or on samples of a dataset',
  usage: `Usage: npm run saccade -- compare MODEL MODEL [MODEL ...] --recording FILE|--dataset DATASET [OPTIONS]

MODEL is the id of a model of the library, or the path of an .onnx file; all must tell the same classes apart. Each is fed by its own
filters and framing rule; where a dataset's frames were made by another rule, its recordings are framed again.

  --recording FILE       answers, confidence and logits of each timestep, latency (a picture for models of pictures)
  --dataset DATASET      accuracy, McNemar's test, agreement, logit and spike rate differences, latency, and where they disagree
    --split test|train|all  of its samples (default: test)
  --svg FOLDER  --csv FOLDER  writes the figures, drawn as papers print them, and their numbers
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, recording: { type: 'string' }, dataset: { type: 'string' }, split: { type: 'string' }, svg: { type: 'string' }, csv: { type: 'string' } })
    if (positionals.length < 2) throw new UsageError('Name at least two models.')
    await withWorkbench(values.library, async (workbench) => {
      const on = await place(workbench, values)
      const { job } = await follow(workbench, host, () => workbench.call('models.compare', { models: positionals, on }))
      const result = await workbench.call('models.compared', { job })
      const files = await writeFigures(comparisonFigures(result), values)
      host.print(values.json ? JSON.stringify(result, null, 2) : comparisonText(result))
      for (const file of files) host.progress.line(file)
    })
  },
}

async function place(workbench: Workbench, { recording, dataset, split }: { recording?: string | undefined; dataset?: string | undefined; split?: string | undefined }): Promise<ComparedOn> {
  if ((recording === undefined) === (dataset === undefined)) throw new UsageError('Say what they are compared on: --recording FILE or --dataset DATASET.')
  if (recording !== undefined) return { kind: 'recording', path: resolve(recording) }
  const { datasets } = await workbench.call('datasets.list', {})
  return { kind: 'dataset', dataset: byIdOrName(dataset ?? '', 'dataset', datasets), split: choice(split, 'split', ['test', 'train', 'all'], 'test') }
}

/** A comparison as the terminal shows it. */
export const comparisonText = (comparison: ModelComparison): string => (comparison.kind === 'dataset' ? datasetText(comparison) : recordingText(comparison))

const notesOf = (models: ModelComparison['models']): string[] => models.flatMap(({ title, notes }) => notes.map((note) => `${title}: ${note}`))
const ms = (value: number): string => `${value.toFixed(2)} ms`

function recordingText({ models, classes }: RecordingComparison): string {
  const name = (c: number): string => classes[c] ?? String(c)
  const rows = models.map(({ title, answer, confidence, latencyMs: { decode, frames, network }, bytes }) => [title, name(answer), percent(confidence.at(-1)?.[answer] ?? NaN), ms(decode), ms(frames), ms(network), fileSize(bytes)])
  const most = Math.max(...models.map(({ confidence }) => confidence.length))
  const over = Array.from({ length: most }, (_, t) => [String(t + 1), ...models.map(({ confidence }) => saidAt(confidence[t], name))])
  const problems = models.flatMap(({ title, problems: told }) => told.map(({ severity, message }) => `${severity}: ${title}: ${message}`))
  return [
    table(rows, ['model', 'answer', 'confidence', 'decode', 'frames', 'network', 'file']), '',
    table(over, ['timestep', ...models.map(({ title }) => title)]), ...notesOf(models), ...problems,
  ].join('\n')
}

function saidAt(confidence: readonly number[] | undefined, name: (c: number) => string): string {
  if (confidence === undefined) return ''
  const most = Math.max(...confidence)
  return `${name(confidence.indexOf(most))} ${percent(most)}`
}

function datasetText({ models, pairs, rows, dataset }: DatasetComparison): string {
  const title = (i: number): string => models[i]?.title ?? String(i)
  const about = models.map(({ accuracy, interval, latencyMs, bytes, frames, ...model }) => [
    model.title, percent(accuracy, 2), interval.map((end) => percent(end, 2)).join(' to '), ms(latencyMs.p50), ms(latencyMs.p95), fileSize(bytes), frames === 'again' ? 'framed again' : 'stored',
  ])
  const between = pairs.map(({ models: [a, b], agreement, bothRight, onlyFirst, onlySecond, bothWrong, pValue, logitDifferences }) => [
    `${title(a)} / ${title(b)}`, percent(agreement, 2), String(bothRight), String(onlyFirst), String(onlySecond), String(bothWrong), pValue.toPrecision(3), (logitDifferences[50] ?? NaN).toPrecision(3), (logitDifferences[100] ?? NaN).toPrecision(3),
  ])
  return [
    `${rows.length} samples, ${dataset.split === 'all' ? 'all' : `${dataset.split} split`} of ${dataset.name}\n`,
    table(about, ['model', 'accuracy', '95 %', 'p50', 'p95', 'file', 'frames']), '',
    table(between, ['pair', 'agree', 'both right', 'only 1st', 'only 2nd', 'both wrong', 'McNemar p', 'logits median', 'largest']),
    ...ratesText(models), ...notesOf(models),
  ].join('\n')
}

/** Spike rates where two models or more tell them. */
function ratesText(models: DatasetComparison['models']): string[] {
  const telling = models.filter(({ rates }) => rates !== null)
  if (telling.length < 2) return []
  const layers = [...new Set(telling.flatMap(({ rates }) => (rates ?? []).map(({ layer }) => layer)))]
  const rows = layers.map((name) => [name, ...telling.map(({ rates }) => rates?.find(({ layer }) => layer === name)?.rate.toFixed(4) ?? '')])
  return ['', table(rows, ['spikes per neuron and timestep', ...telling.map(({ title, ratesFrom }) => `${title}${ratesFrom === 'proof' ? ' (proof)' : ''}`)])]
}
