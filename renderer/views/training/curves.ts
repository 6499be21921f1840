import type { EpochMetrics, Run } from '../../../preload/contract/index.ts'
import { measured, stagesOf } from '../../../preload/contract/training.ts'
import type { LiveSteps } from '../../api/runs.ts'
import type { Line } from '../../charts/LineChart.tsx'
import { lineColor } from '../../charts/colors.ts'

/** Lines over a common x. */
export interface Curves {
  readonly x: readonly number[]
  readonly lines: readonly Line[]
}

/** Curves with x values of their own, brought to the union of them; null where a curve has no value. */
export function align(
  curves: readonly { readonly line: Omit<Line, 'values'>; readonly x: readonly number[]; readonly y: readonly number[] }[],
): Curves {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b)
  return {
    x,
    lines: curves.map((curve) => {
      const values = new Map(curve.x.map((at, index) => [at, curve.y[index] ?? null]))
      return { ...curve.line, values: x.map((at) => values.get(at) ?? null) }
    }),
  }
}

/** The split that is measured after every epoch. */
export const splitOf = ({ config }: Pick<Run, 'config'>): 'validation' | 'test' => (config.protocol === 'fair' ? 'validation' : 'test')

const epochsOf = (run: Run) => run.epochs.map((metrics) => metrics.epoch)

/** Where the run's stages and losses change, half an epoch before the first one of the new: for the charts over epochs. */
export function marksOf({ config }: Pick<Run, 'config'>): { at: number; label: string }[] {
  const stages = stagesOf(config).slice(1).map(({ start, timesteps }) => ({ at: start + 0.5, label: timesteps === null ? 'all timesteps' : `T = ${timesteps}` }))
  return config.switch === undefined ? stages : [...stages, { at: config.switch.afterEpoch + 0.5, label: config.switch.method.name.toUpperCase() }]
}

/** Losses of a run: the method's on train, cross-entropy on test, and the batches' as they come. x in epochs. */
export function lossCurves(run: Run, live: LiveSteps | undefined): Curves {
  const method = run.config.method.name.toUpperCase()
  const steps = live?.last.steps ?? 1
  return align([
    ...(live === undefined
      ? []
      : [{ line: { label: 'batch', color: '--ink-3', faint: true }, x: live.at.map((step) => step / steps), y: live.loss }]),
    {
      line: { label: `train (${method})`, color: '--series-1', dashed: true },
      x: epochsOf(run),
      y: run.epochs.map((metrics) => metrics.trainLoss),
    },
    { line: { label: `${splitOf(run)} (CE)`, color: '--series-2' }, x: epochsOf(run), y: run.epochs.map((metrics) => measured(metrics).loss) },
  ])
}

/** Train and test accuracy per epoch. */
export function accuracyCurves(run: Run): Curves {
  return align([
    {
      line: { label: 'train', color: '--series-1', dashed: true },
      x: epochsOf(run),
      y: run.epochs.map((metrics) => metrics.trainAccuracy),
    },
    { line: { label: splitOf(run), color: '--series-2' }, x: epochsOf(run), y: run.epochs.map((metrics) => measured(metrics).accuracy) },
  ])
}

/** Accuracy of every single timestep's logits: the last epoch's, and the best and the first for comparison. */
export function timestepCurves(run: Run): Curves {
  const last = run.epochs.at(-1)
  const first = run.epochs[0]
  if (last === undefined || first === undefined) return { x: [], lines: [] }
  const best = run.epochs.find((metrics) => metrics.epoch === run.best?.epoch)
  const line = (metrics: EpochMetrics, label: string, look: Pick<Line, 'color' | 'dashed' | 'faint'>): Line => ({
    label,
    ...look,
    values: metrics.timestepAccuracy,
  })
  return {
    x: last.timestepAccuracy.map((_, index) => index + 1),
    lines: [
      ...(first.epoch < last.epoch ? [line(first, `epoch ${first.epoch}`, { color: '--ink-3', faint: true })] : []),
      ...(best !== undefined && best.epoch !== last.epoch
        ? [line(best, `best, epoch ${best.epoch}`, { color: '--series-2', dashed: true })]
        : []),
      line(last, `epoch ${last.epoch}`, { color: '--series-1' }),
    ],
  }
}

/** Mean firing rate of every layer per epoch. */
export function firingCurves(run: Run): Curves {
  const layers = run.epochs[0]?.firingRates.map((rate) => rate.layer) ?? []
  return {
    x: epochsOf(run),
    lines: layers.map((layer, index) => ({
      label: layer,
      color: lineColor(index),
      values: run.epochs.map((metrics) => metrics.firingRates.find((rate) => rate.layer === layer)?.rate ?? null),
    })),
  }
}

/** One quantity of several runs. */
export function compareCurves(
  runs: readonly Run[],
  colors: ReadonlyMap<string, string>,
  quantity: (metrics: EpochMetrics) => number,
): Curves {
  return align(
    runs.map((run) => ({
      line: { label: run.config.name, color: colors.get(run.id) ?? '--series-1' },
      x: epochsOf(run),
      y: run.epochs.map(quantity),
    })),
  )
}
