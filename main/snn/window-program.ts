import { Graph } from '../graph/graph.ts'
import { lowerToOnnx, type OnnxProgram } from '../graph/onnx/lower.ts'
import { type Dim, product, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { addExtras, deployedContext, type Extras } from './deployed.ts'
import { forward } from './forward.ts'
import { ops } from './ops/index.ts'
import type { NetworkShape, WindowProgram } from './program.ts'

export interface WindowProgramOptions extends NetworkShape, Extras {
  /** Values of every variable, running statistics included, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>
  /** A batch of this many samples and no other, for accelerators that compile shapes in; any number where missing. */
  readonly batch?: number | undefined
  /** Input "image" [N, C, H, W] instead of "frames": a still picture, whose stem is computed once. */
  readonly image?: boolean | undefined
  /** winograd: 3x3 convolutions in tiles where that pays on CPUs (graph/ops/tiles.ts): other rounding, a larger file. */
  readonly convolutions?: 'plain' | 'winograd' | undefined
  readonly metadata?: Record<string, string>
}

/**
 * The deployed network: weights inside, batch norm folded, one Conv node per layer, only the LIF recurrence unrolled.
 * Input "frames" [N, T, C, H, W], of still pictures only the first timestep is read; outputs "logits" [N, classes] (mean over T),
 * "logits_per_timestep" [N, T, classes].
 * @throws GraphError where a weight is missing or has the wrong size
 */
export function buildWindowProgram({ network, classes, shape, still = false, weights, batch, image = false, convolutions = 'plain', metadata, ...extras }: WindowProgramOptions): WindowProgram & Pick<OnnxProgram, 'tiled'> {
  const graph = new Graph(ops)
  const [timesteps, channels, high, wide] = shape
  const n: Dim = batch ?? '1N'
  const spikes = new Map<string, Tensor>()
  const context = deployedContext(graph, { network, classes, shape }, weights, { timesteps, spiking: (name, tensor) => spikes.set(name, tensor), weighted: () => undefined })
  const input = (): Tensor => {
    if (image) return graph.input('image', [n, channels, high, wide])
    const frames = graph.input('frames', [n, timesteps, channels, high, wide])
    return still
      ? graph.reshape(graph.one('slice', [frames], { axis: 1, start: 0, end: 1 }), [n, channels, high, wide])
      : graph.reshape(graph.transpose(frames, [1, 0, 2, 3, 4]), [product([timesteps, n]), channels, high, wide])
  }
  const perTimestep = graph.reshape(forward(context, network, classes, input(), still || image), [timesteps, n, classes])
  const outputs = new Map<string, Tensor>([['logits', graph.mean(perTimestep, [0])], ['logits_per_timestep', graph.transpose(perTimestep, [1, 0, 2])]])
  addExtras(graph, outputs, extras, spikes, timesteps, n)
  return lowerToOnnx(graph, outputs, { name: network.name, version: VERSION, metadata, convolutions: convolutions === 'winograd' ? 'constant-tiles' : 'plain' })
}
