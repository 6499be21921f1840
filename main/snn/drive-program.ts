import type { Graph } from '../graph/graph.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { fixed, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { fanOut } from './fan-out.ts'
import { type Levels, levelsOf } from './levels.ts'
import { type BuiltNetwork, buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'

/** A layer with weights, as far as counting operations needs it. */
export interface DrivenLayer {
  readonly name: string
  /** Multiply-accumulates per sample and timestep: all of them, and those that don't meet the padding's zeros. */
  readonly macs: number
  readonly reached: number
  /** The numbers its input can hold; null: real ones. */
  readonly levels: Levels | null
  /** Values of its output per sample and timestep; of these, values that a batch norm follows. */
  readonly outputs: number
  readonly normalized: number
}

export interface DriveProgram extends Program {
  /** Every layer with weights in forward order. */
  readonly layers: readonly DrivenLayer[]
  /** Neuron layers in forward order. */
  readonly neuronLayers: readonly { readonly name: string; readonly neurons: number }[]
}

/** What is measured of the input of each layer with weights; see buildDriveProgram. */
export const measures = ['mean', 'active', 'reach', 'activeReach'] as const
export type Measure = (typeof measures)[number]

/** [x != 0]; what is no real number is never below 0. */
function active(graph: Graph, x: Tensor, levels: Levels | null): Tensor {
  const above = (value: Tensor): Tensor => graph.one('fire', [value], { surrogate: 'triangle', alpha: 1 })
  return levels ? above(x) : graph.add(above(x), above(graph.scale(x, -1)))
}

function measured(graph: Graph, { input, output }: BuiltNetwork['weighted'][number], levels: Levels | null, rows: number, batch: number): Record<Measure, Tensor> {
  const { plane, channels } = fanOut(output, input.shape.slice(1).map((dim) => fixed(dim, 'drive')))
  const mean = plane.reduce((sum, fan) => sum + fan, 0) / plane.length
  const apart = (value: Tensor): Tensor => graph.reshape(value, [rows, batch, channels, plane.length])
  const [whole, nonzero] = [apart(input), apart(active(graph, input, levels))]
  const weights = graph.constant(plane.map((fan) => fan / mean), [1, 1, 1, plane.length])
  const weighed = (value: Tensor): Tensor => (plane.every((fan) => fan === plane[0]) ? value : graph.mul(value, weights))
  const over = (value: Tensor): Tensor => graph.mean(value, [2, 3])
  return { mean: over(whole), active: over(nonzero), reach: over(weighed(whole)), activeReach: over(weighed(nonzero)) }
}

/**
 * Evaluation mode for counting operations. Inputs: "frames" [T, B, C, H, W] and every variable by name. Outputs: "logits"
 * [T, B, classes] and, for every layer with weights, [T, B] each, of its input at each timestep: "mean/LAYER", which for spikes is
 * their rate (average pooling keeps it, SEW-ADD's sums count every spike); "active/LAYER", the share of elements that are not 0;
 * "reach/LAYER" and "activeReach/LAYER", both weighed by how many products each element takes part in (those at the border
 * of a padded convolution in fewer).
 */
export function buildDriveProgram(options: NetworkShape & { readonly batch: number }): DriveProgram {
  const { graph, logits, weighted, info } = buildNetwork(options, options.batch, 'evaluation')
  const [timesteps] = options.shape
  const outputs = new Map<string, Tensor>([['logits', graph.reshape(logits, [timesteps, options.batch, options.classes])]])
  const known = new Map<Tensor, Levels | null>()
  const layers = weighted.map((layer): DrivenLayer => {
    const { name, macs, input, output } = layer
    const levels = levelsOf(input, known)
    const { plane, channels } = fanOut(output, input.shape.slice(1).map((dim) => fixed(dim, name)))
    const rows = fixed(input.shape[0], name) / options.batch
    for (const [measure, tensor] of Object.entries(measured(graph, layer, levels, rows, options.batch))) {
      outputs.set(`${measure}/${name}`, rows === timesteps ? tensor : graph.one('joinTime', Array.from({ length: timesteps }, () => tensor), {}))
    }
    const each = output.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1)
    return { name, macs, levels, reached: channels * plane.reduce((sum, fan) => sum + fan, 0), outputs: each, normalized: output.node.kind === 'conv2d' ? each : 0 }
  })
  const program = lowerToOnnx(graph, outputs, { name: `drive of ${options.network.name}`, version: VERSION })
  return { ...program, layers, neuronLayers: info.neuronLayers }
}
