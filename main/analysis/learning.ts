/**
 * Learning curves of runs, from their epochs' records. Smoothed as the TRT authors do (README: exponential moving average with 0.5);
 * the raw values stay visible behind.
 */
import type { Color, Figure, Mark, Series } from '../figures/figure.ts'
import { measured } from '../training/measured.ts'
import type { EpochMetrics, Run } from '../training/schema.ts'
import { stagesOf } from '../training/stages.ts'

/** A run as its curves need it. */
export type LearningRun = Pick<Run, 'id' | 'config' | 'epochs' | 'datasetHash'> & { readonly color: Color }

/** s_0 = x_0, s_k = keep s_(k-1) + (1 - keep) x_k. */
export function smooth(values: readonly number[], keep = 0.5): number[] {
  const smoothed: number[] = []
  for (const value of values) smoothed.push(keep * (smoothed.at(-1) ?? value) + (1 - keep) * value)
  return smoothed
}

/** The loss has turned where it ends at least so much above its minimum, relatively: less is noise. */
const risen = 0.01

/** Index of the smallest loss, if the loss rises after it and ends higher; null where it still falls. */
export function turningPoint(losses: readonly number[]): number | null {
  const least = Math.min(...losses)
  const index = losses.indexOf(least)
  const last = losses.at(-1)
  if (last === undefined || index === losses.length - 1) return null
  return last > least + Math.abs(least) * risen ? index : null
}

/** Split that is measured after every epoch. */
const splitOf = ({ config }: LearningRun): string => (config.protocol === 'fair' ? 'validation' : 'test')

/** Where the run's loss or its stage changes: half an epoch before the first of the new. */
export function changes({ config }: LearningRun): { at: number; label: string }[] {
  const stages = stagesOf(config)
    .slice(1)
    .map(({ start, timesteps }) => ({ at: start + 0.5, label: timesteps === null ? 'all timesteps' : `T = ${timesteps}` }))
  if (config.switch === undefined) return stages
  return [...stages, { at: config.switch.afterEpoch + 0.5, label: `${config.method.name.toUpperCase()} to ${config.switch.method.name.toUpperCase()}` }]
}

/** The epoch at which the smoothed loss on the measured split turns; null where it doesn't. */
export function turningEpoch({ epochs }: Pick<Run, 'epochs'>): number | null {
  const index = turningPoint(smooth(epochs.map((metrics) => measured(metrics).loss)))
  return index === null ? null : (epochs[index]?.epoch ?? null)
}

/** Loss and accuracy on train and on the measured split, and the gap between them, of one or several runs. */
export function learningFigures(runs: readonly LearningRun[]): Figure[] {
  const shown = runs.filter(({ epochs }) => epochs.length > 0)
  if (shown.length === 0) return []
  const named = (run: LearningRun, label: string) => (runs.length === 1 ? label : `${run.config.name}: ${label}`)
  const curve = (run: LearningRun, label: string, look: Pick<Series, 'color' | 'dashed'>, quantity: (metrics: EpochMetrics) => number): Series[] => {
    const x = run.epochs.map(({ epoch }) => epoch)
    const raw = run.epochs.map(quantity)
    const group = named(run, label)
    return [
      { label: group, group, x, y: smooth(raw), points: false, ...look },
      { label: `${group} (raw)`, group, x, y: raw, faint: true, ...look, dashed: false },
    ]
  }
  // One run: train and test in two colours; several: each its own, train dashed.
  const look = (run: LearningRun, train: boolean) => ({ color: runs.length === 1 ? (train ? 0 : 1) : run.color, dashed: train })
  const marks = shown.flatMap((run): Mark[] => {
    const turn = turningEpoch(run)
    return [
      ...(turn === null ? [] : [{ axis: 'x' as const, at: turn, label: named(run, `${splitOf(run)} loss turns`), color: runs.length === 1 ? 1 : run.color }]),
      ...changes(run).map(({ at, label }): Mark => ({ axis: 'x', at, label: named(run, label), color: runs.length === 1 ? 'muted' : run.color })),
    ]
  })
  const x = { label: 'epoch', whole: true } as const
  const smoothing = 'Smoothed with s_k = 0.5 s_(k−1) + 0.5 x_k, raw values pale behind'
  const origin = shown.map((run) => {
    const hash = run.datasetHash === undefined ? '' : `; dataset sha256 ${run.datasetHash}`
    return `run "${run.config.name}" (${run.id}), trained with ${run.config.method.name.toUpperCase()}; ${run.epochs.length} epochs, measured on the ${splitOf(run)} split${hash}`
  })
  return [
    {
      id: 'learning-loss',
      title: 'Loss',
      caption: `${smoothing}. Train: the method’s own loss; ${[...new Set(shown.map(splitOf))].join(', ')}: cross-entropy of the time mean.`,
      source: 'after the TRT and TET papers’ learning curves',
      panels: [
        {
          kind: 'lines', x, y: { label: 'loss' }, marks,
          series: shown.flatMap((run) => [...curve(run, 'train', look(run, true), (one) => one.trainLoss), ...curve(run, splitOf(run), look(run, false), (one) => measured(one).loss)]),
        },
      ],
      origin,
    },
    {
      id: 'learning-accuracy',
      title: 'Accuracy',
      caption: `${smoothing}.`,
      source: 'after the TRT and TET papers’ learning curves',
      panels: [
        {
          kind: 'lines', x, y: { label: 'accuracy', percent: true }, marks: marks.filter(({ label }) => !label.includes('loss turns')),
          series: shown.flatMap((run) => [...curve(run, 'train', look(run, true), (one) => one.trainAccuracy), ...curve(run, splitOf(run), look(run, false), (one) => measured(one).accuracy)]),
        },
      ],
      origin,
    },
    {
      id: 'generalization-gap',
      title: 'Generalization gap',
      caption: `Loss: measured split less train; accuracy: train less measured split. ${smoothing}. The train loss is the method’s own, so that gaps of loss compare runs of one method.`,
      source: 'after TRT: overfitting and generalization',
      panels: [
        {
          kind: 'lines', title: 'Loss', x, y: { label: 'gap of loss' },
          series: shown.flatMap((run) => curve(run, 'gap', { color: run.color }, (one) => measured(one).loss - one.trainLoss)),
        },
        {
          kind: 'lines', title: 'Accuracy', x, y: { label: 'gap of accuracy', percent: true },
          series: shown.flatMap((run) => curve(run, 'gap', { color: run.color }, (one) => one.trainAccuracy - measured(one).accuracy)),
        },
      ],
      origin,
    },
  ]
}

/** A run's curves as numbers. */
export interface Curves {
  readonly kind: 'curves'
  /** That is measured after every epoch. */
  readonly split: string
  /** Of the smoothed loss on that split; null where it does not turn. */
  readonly turningEpoch: number | null
  readonly epochs: readonly {
    readonly epoch: number
    readonly trainLoss: number
    readonly loss: number
    readonly trainAccuracy: number
    readonly accuracy: number
    /** Smoothed: loss and accuracy on the measured split, and the gaps between the splits. */
    readonly smoothed: { readonly loss: number; readonly accuracy: number; readonly lossGap: number; readonly accuracyGap: number }
  }[]
}

export function curvesOf(run: LearningRun): Curves {
  const raw = run.epochs.map((metrics) => ({ epoch: metrics.epoch, trainLoss: metrics.trainLoss, trainAccuracy: metrics.trainAccuracy, ...measured(metrics) }))
  const [loss, accuracy] = [smooth(raw.map((one) => one.loss)), smooth(raw.map((one) => one.accuracy))]
  const lossGap = smooth(raw.map((one) => one.loss - one.trainLoss))
  const accuracyGap = smooth(raw.map((one) => one.trainAccuracy - one.accuracy))
  return {
    kind: 'curves',
    split: splitOf(run),
    turningEpoch: turningEpoch(run),
    epochs: raw.map(({ split: _, ...one }, i) => ({ ...one, smoothed: { loss: loss[i] ?? NaN, accuracy: accuracy[i] ?? NaN, lossGap: lossGap[i] ?? NaN, accuracyGap: accuracyGap[i] ?? NaN } })),
  }
}
