import { networkInfo } from '../snn/network.ts'
import { argmax, softmax } from '../training/metrics.ts'
import { countingRules, priceOf } from './counting.ts'
import { latencyOf } from './latency.ts'
import { outputsOf, type OutputsOptions } from './outputs.ts'
import type { TimeResult } from './schema.ts'
import type { Conventions } from './schemas/energy.ts'
import type { Subject } from './subject.ts'

/** Confidences at which an inference may stop early. */
const confidences = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]

/**
 * What each sample's outputs say.
 * @param logits [N, T, classes]
 * @param prices [N, T] energy of each timestep, pJ; empty where it is not known
 */
export function timeOf(logits: Float32Array, labels: readonly number[], timesteps: number, classes: number, prices: Float64Array = new Float64Array()): Omit<TimeResult, 'kind' | 'options'> {
  const single = new Float64Array(timesteps)
  const running = new Float64Array(timesteps)
  const exits = confidences.map((confidence) => ({ confidence, correct: 0, timesteps: 0, picojoules: 0 }))
  let picojoules = 0
  labels.forEach((label, n) => {
    const sums = new Float64Array(classes)
    // Exits that have not stopped yet: a higher confidence never stops before a lower one.
    let open = 0
    let spent = 0
    for (let t = 0; t < timesteps; t++) {
      const at = (n * timesteps + t) * classes
      for (let c = 0; c < classes; c++) sums[c] = (sums[c] ?? 0) + (logits[at + c] ?? NaN)
      spent += prices[n * timesteps + t] ?? NaN
      const said = argmax(sums, 0, classes)
      single[t] = (single[t] ?? 0) + Number(argmax(logits, at, classes) === label)
      running[t] = (running[t] ?? 0) + Number(said === label)
      const confidence = softmax(sums.map((sum) => sum / (t + 1)))[said] ?? NaN
      for (; open < exits.length && ((exits[open]?.confidence ?? 1) <= confidence || t === timesteps - 1); open++) {
        const exit = exits[open]
        if (!exit) continue
        exit.correct += Number(said === label)
        exit.timesteps += t + 1
        exit.picojoules += spent
      }
    }
    picojoules += spent
  })
  const share = (value: number): number => value / labels.length
  return {
    samples: labels.length,
    single: Array.from(single, share),
    running: Array.from(running, share),
    exits: exits.map(({ confidence, correct, timesteps: taken, picojoules: energy }) => ({
      confidence, accuracy: share(correct), timesteps: share(taken), ...(prices.length > 0 && { picojoules: share(energy) }),
    })),
    ...(prices.length > 0 && { picojoules: share(picojoules) }),
  }
}

/** Why a network can't be computed with another number of timesteps; null where it can. */
export function perTimestepFault({ shape, config }: Pick<Subject, 'shape' | 'config'>, timesteps: number): string | null {
  const [whole, ...frame] = shape.shape
  const sizes = (one: Subject['shape']): string => networkInfo(one).variables.map((variable) => `${variable.name} ${variable.shape.join()}`).join()
  if (timesteps === whole || sizes({ ...shape, shape: [timesteps, ...frame] }) === sizes(shape)) return null
  return `Network "${config.network.name}" has parameters for each of its ${whole} timesteps: it can't be shown ${timesteps}.`
}

/** @throws where the network or the data are of a certain number of timesteps */
export function withTimesteps(subject: Subject, timesteps: number): Subject['shape'] {
  const { shape, dataset } = subject
  const [whole, ...frame] = shape.shape
  if (timesteps === whole) return shape
  if (dataset.manifest.kind !== 'images')
    throw new Error(`Dataset "${dataset.manifest.name}" has ${whole} frames of events: only static pictures can be shown for ${timesteps} timesteps. Time scaling frames recordings again.`)
  const fault = perTimestepFault(subject, timesteps)
  if (fault !== null) throw new Error(fault)
  return { ...shape, shape: [timesteps, ...frame] }
}

/** Energy of each sample's timesteps by the spikes that it causes itself. What is counted once is spent at the first timestep. */
export function pricing(conventions: Conventions): NonNullable<OutputsOptions['price']> {
  return (network) => {
    const rules = countingRules(network, conventions).map((rule) => ({
      ...rule, output: rule.measure === null ? null : `${rule.measure}/${rule.name}`, price: rule.each * priceOf(rule, conventions),
    }))
    return (t, measured) => rules.reduce((sum, { when, output, price }) => sum + (when === 'once' && t > 0 ? 0 : price * (output === null ? 1 : measured(output))), 0)
  }
}

/** Accuracy over time: of every single output, of the running mean, and when stopping at a confidence, with energy and time (TET table 4 and figure 4). */
export async function time(subject: Subject): Promise<TimeResult> {
  const shape = withTimesteps(subject, subject.options.timesteps ?? subject.shape.shape[0])
  const { logits, labels, prices } = await outputsOf({ ...subject, shape }, { price: pricing(subject.options.conventions) })
  const latency = await latencyOf({ ...subject, shape })
  const { exits, ...figures } = timeOf(logits, labels, shape.shape[0], shape.classes, prices)
  const timed = exits.map((exit) => ({ ...exit, milliseconds: latency.first + (exit.timesteps - 1) * latency.further }))
  return { kind: 'time', options: subject.options, ...figures, exits: timed, latency }
}
