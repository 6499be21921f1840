import type { Axis, BarsPanel, Figure, Panel, Series } from '../../figures/figure.ts'
import type { ComparedPair, DatasetComparison, ModelComparison, RecordingComparison } from './schema.ts'

/** Classes whose logits are drawn, beside the panel of confidence. */
const mostClasses = 5
/** Pairs whose logit differences are drawn; of more models, each beside the first. */
const mostPairs = 6

/** The figures of a comparison of models, in the order in which they are shown; pure. */
export function comparisonFigures(comparison: ModelComparison): Figure[] {
  return comparison.kind === 'recording' ? ofRecording(comparison) : ofDataset(comparison)
}

const timestep: Axis = { label: 'timestep', whole: true }

function ofRecording(comparison: RecordingComparison): Figure[] {
  const { models, recording, events } = comparison
  const origin = [`${recording}${events > 0 ? `, ${events} events` : ''}`, ...models.map(({ title, id, format }) => `${title}: model ${id}, ${format}`)]
  return [answers(comparison, origin), latencies(models.map(({ title, latencyMs: { decode, frames, network } }) => ({ title, parts: [decode, frames, network] })), origin)]
}

/** At which timestep each value of a model stands: what answers once does so at the last. */
const places = ({ shape: [timesteps], logits }: RecordingComparison['models'][number]): number[] => logits.map((_, t) => (logits.length === 1 ? timesteps : t + 1))

function answers(comparison: RecordingComparison, origin: readonly string[]): Figure {
  const { models, classes } = comparison
  const name = (c: number): string => classes[c] ?? String(c)
  const confidence: Panel = {
    kind: 'lines', title: 'Confidence of the answer',
    x: timestep, y: { label: 'confidence', percent: true, range: [0, 1] },
    series: models.map((model, color): Series => ({
      label: model.title, color, points: true, x: places(model),
      y: model.confidence.map((row) => Math.max(...row)),
      names: model.confidence.map((row) => name(row.indexOf(Math.max(...row)))),
    })),
  }
  const logits = likeliest(comparison).map((c): Panel => ({
    kind: 'lines', title: name(c), x: timestep, y: { label: 'logit' },
    series: models.map((model, color): Series => ({ label: model.title, color, points: true, x: places(model), y: model.logits.map((row) => row[c] ?? null) })),
  }))
  return {
    id: 'compared-answers', title: 'Answers over time',
    caption: 'Largest softmax of the logits averaged up to each timestep, and the logits O(t) of the likeliest classes; each model has framed the recording by its own rule.',
    source: '', panels: [confidence, ...logits], columns: Math.min(3, 1 + logits.length), origin,
  }
}

/** Classes that any model thinks likely at the end, the likeliest first. */
function likeliest({ models, classes }: RecordingComparison): number[] {
  const best = classes.map((_, c) => Math.max(...models.map(({ confidence }) => confidence.at(-1)?.[c] ?? 0)))
  return [...best.keys()].sort((a, b) => (best[b] ?? 0) - (best[a] ?? 0)).slice(0, mostClasses)
}

function latencies(rows: readonly { readonly title: string; readonly parts: readonly number[] }[], origin: readonly string[]): Figure {
  return {
    id: 'compared-latency', title: 'Latency', caption: 'Of this recording, on this machine’s CPU; the network’s is that of a second run.', source: '',
    panels: [{
      kind: 'bars', horizontal: true, stacked: true, categories: rows.map(({ title }) => title), x: { label: '' }, y: { label: 'time', unit: 'ms' },
      series: ['decode', 'frames', 'network'].map((label, color) => ({ label, color, values: rows.map(({ parts }) => parts[color] ?? null) })),
    }],
    aspect: Math.min(0.6, 0.12 + 0.07 * rows.length), origin,
  }
}

function ofDataset(comparison: DatasetComparison): Figure[] {
  const { models, dataset: { name, hash, split }, rows } = comparison
  const origin = [`dataset "${name}", sha256 ${hash}, ${split === 'all' ? 'all samples' : `${split} split`}, ${rows.length} samples`, ...models.map(({ title, id, format, frames }) => `${title}: model ${id}, ${format}${frames === 'again' ? ', recordings framed by its own rule' : ''}`)]
  return [accuracy(comparison, origin), agreement(comparison, origin), differences(comparison, origin), ...rates(comparison, origin), cost(comparison, origin)]
}

/** One bar for each model. */
function bars({ models }: DatasetComparison, y: Axis, value: (model: DatasetComparison['models'][number]) => { value: number; error?: readonly [number, number] }): BarsPanel {
  const values = models.map(value)
  return {
    kind: 'bars', categories: models.map(({ title }) => title), x: { label: '' }, y, horizontal: true,
    series: [{ label: y.label, color: 0, values: values.map((one) => one.value), ...(values.some(({ error }) => error) && { errors: values.map(({ error }) => error ?? null) }) }],
  }
}

function accuracy(comparison: DatasetComparison, origin: readonly string[]): Figure {
  const over: Panel = {
    kind: 'lines', title: 'Over time', x: timestep, y: { label: 'accuracy', percent: true, range: [0, 1] },
    series: comparison.models.map(({ title, accuracyOverTime, shape: [timesteps] }, color): Series => ({
      label: title, color, points: true, y: accuracyOverTime,
      x: accuracyOverTime.map((_, t) => (accuracyOverTime.length === 1 ? timesteps : t + 1)),
    })),
  }
  const all = bars(comparison, { label: 'accuracy', percent: true, range: [0, 1] }, ({ accuracy: value, interval }) => ({ value, error: interval }))
  return {
    id: 'compared-accuracy', title: 'Accuracy', caption: 'With 95 % intervals after Wilson; over time: of the logits averaged up to each timestep.', source: '',
    panels: [{ ...all, title: 'Whole samples' }, over], columns: 2, origin,
  }
}

function agreement({ models, pairs }: DatasetComparison, origin: readonly string[]): Figure {
  const at = models.map((_, i) => i)
  const of = (a: number, b: number): number | null => (a === b ? 1 : (pairs.find(({ models: [i, j] }) => (i === a && j === b) || (i === b && j === a))?.agreement ?? null))
  const names = models.map(({ title }) => title)
  return {
    id: 'compared-agreement', title: 'Agreement', caption: 'Share of the samples on which two models give the same answer, right or wrong.', source: '',
    panels: [{
      kind: 'heat', x: { label: '' }, y: { label: '' }, xs: at, ys: at, xNames: names, yNames: names, downwards: true, labelled: true,
      values: at.map((a) => at.map((b) => of(a, b))), scale: { label: 'same answer', percent: true, range: [0, 1], palette: 'cividis' },
    }],
    aspect: 0.5, origin,
  }
}

/** Pairs whose differences are drawn. */
function drawn(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  return pairs.length <= mostPairs ? pairs : pairs.filter(({ models: [first] }) => first === 0)
}

function differences({ models, pairs }: DatasetComparison, origin: readonly string[]): Figure {
  const title = (i: number): string => models[i]?.title ?? String(i)
  return {
    id: 'compared-logits', title: 'Differences of logits', caption: 'Absolute differences of the mean logits, over all samples and classes, by size: half of them are at most the value at 50 %.', source: '',
    panels: [{
      kind: 'lines', x: { label: 'share of the logits', percent: true, range: [0, 1] }, y: { label: 'difference', range: [0, null] },
      series: drawn(pairs).map(({ models: [a, b], logitDifferences }, color): Series => ({ label: `${title(a)} – ${title(b)}`, color, x: logitDifferences.map((_, percent) => percent / 100), y: logitDifferences })),
    }],
    origin,
  }
}

/** Nothing where fewer than two models tell spikes. */
function rates({ models }: DatasetComparison, origin: readonly string[]): Figure[] {
  const telling = models.flatMap(({ title, rates: told, ratesFrom }, color) => (told === null ? [] : [{ title, told, ratesFrom, color }]))
  if (telling.length < 2) return []
  const layers = [...new Set(telling.flatMap(({ told }) => told.map(({ layer }) => layer)))]
  const proofs = telling.filter(({ ratesFrom }) => ratesFrom === 'proof').map(({ title }) => title)
  return [{
    id: 'compared-rates', title: 'Spike rates', caption: `Spikes per neuron and timestep of each layer.${proofs.length > 0 ? ` From the proof of export, on these samples: ${proofs.join(', ')}.` : ''}`, source: '',
    panels: [{
      kind: 'bars', categories: layers, x: { label: 'layer' }, y: { label: 'rate', unit: 'spikes per neuron and timestep', range: [0, null] },
      series: telling.map(({ title, told, color }) => ({ label: title, color, values: layers.map((name) => told.find(({ layer }) => layer === name)?.rate ?? null) })),
    }],
    origin,
  }]
}

function cost(comparison: DatasetComparison, origin: readonly string[]): Figure {
  const latency = bars(comparison, { label: 'latency', unit: 'ms', range: [0, null] }, ({ latencyMs: { p50, p95 } }) => ({ value: p50, error: [p50, p95] }))
  const size = bars(comparison, { label: 'file', unit: 'MB', range: [0, null] }, ({ bytes }) => ({ value: bytes / 1e6 }))
  return {
    id: 'compared-cost', title: 'Latency and size', caption: 'Latency of the network for one sample on this machine’s CPU: median, and up to what 95 % take. Size of the ONNX file.', source: '',
    panels: [{ ...latency, title: 'Latency' }, { ...size, title: 'Size' }], columns: 2, origin,
  }
}
