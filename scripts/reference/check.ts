import type { Engine, HostTensor, LoadOptions } from '../../main/engines/engine.ts'
import { informationCentroid } from '../../main/analysis/fisher.ts'
import { buildEvaluationProgram } from '../../main/snn/evaluation-program.ts'
import { buildFisherProgram } from '../../main/snn/fisher-program.ts'
import type { MethodSettings } from '../../main/snn/schema.ts'
import { buildGradientProgram, buildTrainingProgram } from '../../main/snn/training-program.ts'
import type { Port, Program } from '../../main/snn/program.ts'
import { floats, methods, type NetworkCase } from './case.ts'

/** Largest error of one quantity of one case. */
export interface Finding {
  readonly case: string
  readonly quantity: string
  readonly error: number
  readonly tolerance: number
}

/** What the authors' figures allow (issue: agreement with the authors' code). */
export const tolerances = { logits: 1e-5, loss: 1e-5, gradient: 1e-4, 'after three Adam steps': 1e-4, 'firing rate': 1e-6, 'Fisher trace': 1e-3 } as const

const size = (shape: readonly (number | 'N')[]): number => shape.reduce<number>((n, dim) => n * Number(dim), 1)
const emptyOf = (ports: readonly Port[]): Record<string, HostTensor> => Object.fromEntries(ports.map(({ name, shape }) => [name, { shape: shape as number[], data: new Float32Array(size(shape)) }]))
const scalar = (value: number): HostTensor => ({ shape: [1], data: Float32Array.of(value) })

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN))), 0)
}

/** ||a - b|| / ||b||; a NaN anywhere makes it NaN, which passes no tolerance. */
function relativeL2(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  const square = (value: number) => value * value
  const difference = a.reduce((sum, value, i) => sum + square(value - (b[i] ?? NaN)), 0)
  const norm = b.reduce((sum, value) => sum + square(value), 0)
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm)
}

/** [B, T, classes] of the reference against [T, B, classes] of a program. */
function logitsError(ours: Float32Array, theirs: Float32Array, { shape: [timesteps], batch, topology: { classes } }: NetworkCase): number {
  let worst = 0
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < timesteps; t++) {
      for (let k = 0; k < classes; k++) {
        const difference = Math.abs((ours[(t * batch + b) * classes + k] ?? NaN) - (theirs[(b * timesteps + t) * classes + k] ?? NaN))
        // A NaN stays: it passes no tolerance.
        if (!Number.isNaN(worst) && !(difference <= worst)) worst = difference
      }
    }
  }
  return worst
}

/** Runs every quantity of one case on one device. */
export async function checkCase(item: NetworkCase, engine: Engine, options: LoadOptions): Promise<Finding[]> {
  const { topology, shape, batch, file } = item
  const findings: Finding[] = []
  const add = (quantity: string, error: number, tolerance: number) => findings.push({ case: item.name, quantity, error, tolerance })
  const base = { network: topology.network, classes: topology.classes, shape, batch }
  const theirs = (name: string): string => topology.authorsNames.get(name) ?? name
  const frames: HostTensor = { shape: [shape[0], batch, ...shape.slice(1)], data: item.frames }
  const onehot: HostTensor = { shape: [batch, topology.classes], data: item.onehot }

  const run = async (program: Program, feeds: Record<string, HostTensor>): Promise<Record<string, HostTensor>> => {
    const loaded = await engine.load(program.onnx, options)
    const fetches = emptyOf(program.outputs)
    await loaded.run(feeds, fetches)
    await loaded.release()
    return fetches
  }

  const evaluation = buildEvaluationProgram(base)
  const variables: Record<string, HostTensor> = Object.fromEntries(evaluation.info.variables.map(({ name, shape }) => [name, { shape, data: floats(file, `init/${theirs(name)}`) }]))
  const evaluated = await run(evaluation, { frames, ...variables })
  add('eval logits', logitsError(data(evaluated, 'logits'), floats(file, 'eval/logits'), item), tolerances.logits)
  const rates = evaluation.info.neuronLayers.map(({ name }) => data(evaluated, `rate/${name}`).reduce((sum, rate) => sum + rate, 0) / batch)
  add('firing rates', largestDifference(Float32Array.from(rates), Float32Array.from(item.firingRates)), tolerances['firing rate'])

  const traces: number[] = []
  for (let t = 1; t <= shape[0]; t++) {
    const first = { shape: [t, ...frames.shape.slice(1)], data: frames.data.subarray(0, (frames.data.length / shape[0]) * t) }
    const { trace } = await run(buildFisherProgram({ ...base, timesteps: t }), { frames: first, onehot, ...variables })
    traces.push(trace?.data[0] ?? NaN)
  }
  add('Fisher traces', relativeL2(Float32Array.from(traces), floats(file, 'fisher/trace')), tolerances['Fisher trace'])
  add('information centroid', Math.abs(informationCentroid(traces) / item.informationCentroid - 1), tolerances['Fisher trace'])

  for (const [method, settings] of Object.entries(methods)) {
    const gradients = buildGradientProgram({ ...base, method: settings })
    const found = await run(gradients, { frames, onehot, ...variables })
    add(`${method} logits`, logitsError(data(found, 'logits'), floats(file, `${method}/logits`), item), tolerances.logits)
    add(`${method} loss`, largestDifference(data(found, 'loss'), floats(file, `${method}/loss`)), tolerances.loss)
    const trained = gradients.info.variables.filter(({ role }) => role !== 'mean' && role !== 'variance')
    const stored = [...file.tensors.keys()].filter((name) => name.startsWith(`${method}/grad/`)).length
    if (stored !== trained.length) throw new Error(`${item.name}: the case has ${stored} gradients for ${method}, the network ${trained.length}`)
    const errors = trained.map(({ name }) => relativeL2(data(found, `gradient/${name}`), floats(file, `${method}/grad/${theirs(name)}`)))
    add(`${method} gradients (worst of ${errors.length})`, worst(errors), tolerances.gradient)
    for (const finding of await threeSteps(item, method, settings, variables, { frames, onehot }, engine, options)) findings.push(finding)
  }
  return findings
}

const worst = (errors: readonly number[]): number => Math.max(0, ...errors)

function data(tensors: Record<string, HostTensor>, name: string): Float32Array {
  const tensor = tensors[name]
  if (!tensor) throw new Error(`the program has no output "${name}"`)
  return tensor.data
}

/** Three full-batch Adam steps, each fed with the outputs of the one before. */
async function threeSteps(item: NetworkCase, method: string, settings: MethodSettings, initial: Record<string, HostTensor>, batch: Record<string, HostTensor>, engine: Engine, options: LoadOptions): Promise<Finding[]> {
  const program = buildTrainingProgram({
    network: item.topology.network, classes: item.topology.classes, shape: item.shape, batch: item.batch, method: settings,
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    winograd: options.device === 'cpu',
  })
  const loaded = await engine.load(program.onnx, options)
  let state: Record<string, HostTensor> = { ...emptyOf(program.state.map(({ name, shape }) => ({ name, shape }))), ...initial }
  const losses: number[] = []
  for (let step = 1; step <= 3; step++) {
    const fetches = emptyOf(program.outputs)
    const feeds = { ...batch, ...state, learningRate: scalar(1e-3), correction1: scalar(1 - 0.9 ** step), correction2: scalar(1 - 0.999 ** step) }
    await loaded.run(feeds, fetches)
    losses.push(data(fetches, 'loss')[0] ?? NaN)
    state = Object.fromEntries(program.state.map(({ name }) => [name, fetches[`next/${name}`] as HostTensor]))
  }
  await loaded.release()
  const theirs = (name: string): string => item.topology.authorsNames.get(name) ?? name
  const errors = program.info.variables.map(({ name }) => relativeL2(data(state, name), floats(item.file, `${method}/adam3/${theirs(name)}`)))
  const tolerance = tolerances['after three Adam steps']
  return [
    { case: item.name, quantity: `${method} losses of three steps`, error: largestDifference(Float32Array.from(losses), floats(item.file, `${method}/adam3/losses`)), tolerance: tolerances.loss },
    { case: item.name, quantity: `${method} weights and statistics after three Adam steps`, error: worst(errors), tolerance },
  ]
}
