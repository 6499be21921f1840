import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { fixed, type Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'

export interface DriveProgram extends Program {
  /** Every layer with weights in forward order, with its multiply-accumulates per sample and timestep. */
  readonly layers: readonly { readonly name: string; readonly macs: number }[]
}

/**
 * Evaluation mode for counting operations. Inputs: "frames" [T, B, C, H, W] and every variable by name. Outputs: "logits"
 * [T, B, classes] and "drive/LAYER" [B] for every layer with weights: the mean over time and elements of its input, which for
 * spikes is their rate. Average pooling keeps it; sums of spikes (SEW-ADD) count each spike.
 */
export function buildDriveProgram(options: NetworkShape & { readonly batch: number }): DriveProgram {
  const { graph, logits, weighted } = buildNetwork(options, options.batch, 'evaluation')
  const [timesteps] = options.shape
  const outputs = new Map<string, Tensor>([['logits', graph.reshape(logits, [timesteps, options.batch, options.classes])]])
  for (const { name, input } of weighted) {
    const elements = input.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1)
    outputs.set(`drive/${name}`, graph.mean(graph.reshape(input, [fixed(input.shape[0], name) / options.batch, options.batch, elements]), [0, 2]))
  }
  const program = lowerToOnnx(graph, outputs, { name: `drive of ${options.network.name}`, version: VERSION })
  return { ...program, layers: weighted.map(({ name, macs }) => ({ name, macs })) }
}
