import { Graph } from '../graph/graph.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { GraphError, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { addExtras, deployedContext, type Extras } from './deployed.ts'
import { forward } from './forward.ts'
import { ops } from './ops/index.ts'
import type { NetworkShape, Program } from './program.ts'

export interface StepProgramOptions extends NetworkShape, Extras {
  /** Values of every variable, running statistics included, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly metadata?: Record<string, string>
}

/** One tensor that a host hands from timestep to timestep; zeros before the first one. */
export interface StepState {
  readonly input: string
  readonly output: string
  /** Behind the batch. */
  readonly shape: readonly number[]
}

export interface StepProgram extends Program {
  readonly states: readonly StepState[]
}

/**
 * The deployed network for one timestep: input "frame" [N, C, H, W] and every state "state/LAYER"; outputs "logits" [N, classes] of this
 * timestep and "next/LAYER". A state is the potentials behind the reset, so that zeros begin a sample; the host averages logits.
 * Operations and their order are the window's (window-program.ts), timestep by timestep.
 * @param metadata made of the states, which only the network tells
 * @throws GraphError where a weight is missing, or the network is another one at each timestep
 */
export function buildStepProgram(
  { network, classes, shape, weights, ...extras }: Omit<StepProgramOptions, 'metadata'>,
  metadata: (states: readonly StepState[]) => Record<string, string> = () => ({}),
): StepProgram {
  if (network.norm === 'tebn' || network.norm === 'tab')
    throw new GraphError(`network "${network.name}" has parameters for each timestep (${network.norm.toUpperCase()}), so no single timestep stands for all of them; export it as a window`)
  const graph = new Graph(ops)
  const [, channels, high, wide] = shape
  const spikes = new Map<string, Tensor>()
  const outputs = new Map<string, Tensor>()
  const states = new Map<string, StepState>()
  const before = (name: string, sizes: readonly number[]): Tensor => {
    if (states.has(name)) throw new GraphError(`two states are called "${name}"`)
    states.set(name, { input: `state/${name}`, output: `next/${name}`, shape: sizes })
    return graph.input(`state/${name}`, ['1N', ...sizes])
  }
  let begun: Tensor | undefined
  const carried = {
    before,
    after: (name: string, potentials: Tensor): void => void outputs.set(`next/${name}`, potentials),
    begun(): Tensor {
      if (begun) return begun
      begun = before('begun', [1])
      outputs.set('next/begun', graph.shift(graph.scale(begun, 0), 1))
      return begun
    },
  }
  const context = deployedContext(graph, { network, classes, shape }, weights, {
    timesteps: 1, carried, spiking: (name, tensor) => spikes.set(name, tensor), weighted: () => undefined,
  })
  const frame = graph.input('frame', ['1N', channels, high, wide])
  const logits = forward(context, network, classes, frame)
  const all = new Map<string, Tensor>([['logits', logits], ...outputs])
  addExtras(graph, all, extras, spikes, 1, '1N')
  const list = [...states.values()]
  return { ...lowerToOnnx(graph, all, { name: `${network.name}, one timestep`, version: VERSION, metadata: metadata(list) }), states: list }
}
