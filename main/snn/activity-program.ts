import { gradients } from '../graph/autodiff.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { fixed, GraphError, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'

export interface ActivityProgram extends Program {
  /** Every neuron layer in forward order with what one sample has of it: [C, H, W], of a dense layer [neurons, 1, 1]. */
  readonly layers: readonly { readonly name: string; readonly shape: readonly [number, number, number] }[]
}

/**
 * One sample in evaluation mode, and one of its layers in full. Inputs: "frames" [T, 1, C, H, W], every variable by name and, with
 * `gradient`, "onehot" [1, classes]. Outputs: "logits" [T, classes], "rate/LAYER" [T] of each neuron layer, "spikes" [T, C, H, W] of
 * `layer` and, with `gradient`, "gradient" of the same shape: of the mean over time of the marked class's logit by those spikes,
 * through the neurons behind them with their surrogate derivative.
 * @throws GraphError where the network has no such layer, or the class does not depend on its spikes as one tensor (shared membranes)
 */
export function buildActivityProgram(options: NetworkShape, layer: string, gradient: boolean): ActivityProgram {
  const { graph, logits, spikes, info } = buildNetwork(options, 1, 'evaluation')
  const [timesteps] = options.shape
  const wanted = spikes.get(layer)
  if (!wanted) throw new GraphError(`Network "${options.network.name}" has no neuron layer "${layer}", but ${info.neuronLayers.map(({ name }) => name).join(', ')}.`)
  const shapeOf = (tensor: Tensor): [number, number, number] => {
    const [, channels, high = 1, wide = 1] = tensor.shape
    return [fixed(channels, layer), fixed(high, layer), fixed(wide, layer)]
  }
  const outputs = new Map<string, Tensor>([['logits', graph.reshape(logits, [timesteps, options.classes])]])
  for (const { name, neurons } of info.neuronLayers) {
    const tensor = spikes.get(name)
    if (tensor) outputs.set(`rate/${name}`, graph.mean(graph.reshape(tensor, [timesteps, neurons]), [1]))
  }
  const shape = shapeOf(wanted)
  outputs.set('spikes', graph.reshape(wanted, [timesteps, ...shape]))
  if (gradient) {
    const mean = graph.mean(graph.reshape(logits, [timesteps, 1, options.classes]), [0])
    const marked = graph.reshape(graph.sum(graph.mul(mean, graph.input('onehot', [1, options.classes]))), [1])
    const [slope] = gradients(graph, marked, [wanted])
    if (slope) outputs.set('gradient', graph.reshape(slope, [timesteps, ...shape]))
  }
  const layers = info.neuronLayers.flatMap(({ name }) => {
    const tensor = spikes.get(name)
    return tensor ? [{ name, shape: shapeOf(tensor) }] : []
  })
  return { ...lowerToOnnx(graph, outputs, { name: `activity of ${options.network.name}, ${layer}`, version: VERSION }), layers }
}
