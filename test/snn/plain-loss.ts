import { gradients } from '../../main/graph/autodiff.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { buildLoss } from '../../main/snn/losses/index.ts'
import type { MethodSettings } from '../../main/snn/schema.ts'
import { runGraph, spread } from './run.ts'

/** Logits [t][b][c], as plain numbers. */
export type Logits = readonly (readonly (readonly number[])[])[]

export const [timesteps, batch, classes] = [4, 3, 5]
/** Some timesteps of every sample name its class, some don't. */
export const logits: Logits = Array.from({ length: timesteps }, (_, t) =>
  Array.from({ length: batch }, (_, b) => Array.from({ length: classes }, (_, c) => 2 * spread(t * 31 + b * 7 + c))),
)
export const labels = [2, 0, 4]

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
export const softmax = (row: readonly number[]): number[] => {
  const total = row.reduce((sum, value) => sum + Math.exp(value), 0)
  return row.map((value) => Math.exp(value) / total)
}
export const entropy = (row: readonly number[], label: number): number => -Math.log(softmax(row)[label] ?? NaN)
/** The mean over the first `count` timesteps of one sample. */
export const timeMean = (of: Logits, b: number, count = of.length): number[] =>
  Array.from({ length: classes }, (_, c) => mean(of.slice(0, count).map((at) => at[b]?.[c] ?? NaN)))

/** Loss and its gradient with respect to the logits, flat, from the graph. @param elapsed share of the epochs done */
export async function graphLoss(settings: MethodSettings, of: Logits = logits, elapsed?: number): Promise<{ loss: number; gradient: number[] }> {
  const onehot = labels.map((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)))
  const inputs = [
    { shape: [of.length, batch, classes], data: Float32Array.from(of.flat(2)) },
    { shape: [batch, classes], data: Float32Array.from(onehot.flat()) },
    ...(elapsed === undefined ? [] : [{ shape: [1], data: Float32Array.of(elapsed) }]),
  ]
  const found = await runGraph(inputs, (graph, [o, y, share]) => {
    const loss = buildLoss({ graph, logits: o as Tensor, onehot: y as Tensor, trained: [], elapsed: () => share as Tensor }, settings)
    const [gradient] = gradients(graph, loss, [o as Tensor])
    return { loss, gradient: gradient as Tensor }
  })
  return { loss: found['loss']?.[0] ?? NaN, gradient: Array.from(found['gradient'] ?? []) }
}

/** Central differences of a plain function of the logits, flat. */
export function slopes(plain: (of: Logits) => number, of: Logits = logits): number[] {
  const step = 1e-5
  const moved = (t: number, b: number, c: number, by: number): Logits =>
    of.map((at, i) => at.map((row, j) => row.map((value, k) => (i === t && j === b && k === c ? value + by : value))))
  return of.flatMap((at, t) => at.flatMap((row, b) => row.map((_, c) => (plain(moved(t, b, c, step)) - plain(moved(t, b, c, -step))) / (2 * step))))
}
