import { lowerToOnnx } from '../graph/onnx/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildNetwork } from './network.ts'
import type { EvaluationProgram, NetworkShape } from './program.ts'

/**
 * Evaluation mode for counting spikes. Inputs: "frames" [T, B, C, H, W], "counted" [1, T·B] (time major: 1 for samples that count, 0
 * for those that pad the batch) and every variable by name. Outputs for each neuron layer: "rate/LAYER" [T·B], the mean spikes per
 * neuron, and "spikes/LAYER" [1, neurons], every neuron's spikes over the timesteps and the samples that count.
 */
export function buildFiringProgram(options: NetworkShape & { readonly batch: number }): EvaluationProgram {
  const { graph, spikes, info } = buildNetwork(options, options.batch, 'evaluation')
  const rows = options.shape[0] * options.batch
  const counted = graph.input('counted', [1, rows])
  const outputs = new Map<string, Tensor>()
  for (const { name, neurons } of info.neuronLayers) {
    const tensor = spikes.get(name)
    if (!tensor) continue
    const flat = graph.reshape(tensor, [rows, neurons])
    outputs.set(`rate/${name}`, graph.mean(flat, [1]))
    outputs.set(`spikes/${name}`, graph.matmul(counted, flat))
  }
  return { ...lowerToOnnx(graph, outputs, { name: `firing of ${options.network.name}`, version: VERSION }), info }
}
