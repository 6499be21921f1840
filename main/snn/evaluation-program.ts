import { lowerToOnnx } from '../graph/onnx/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { buildNetwork } from './network.ts'
import type { EvaluationProgram, NetworkShape } from './program.ts'

/** Evaluation mode as one graph. Ports: snn/program.ts. @throws GraphError where the network does not fit the shape */
export function buildEvaluationProgram(options: NetworkShape & { readonly batch: number }): EvaluationProgram {
  const { graph, logits, spikes, info } = buildNetwork(options, options.batch, 'evaluation')
  const [timesteps] = options.shape
  const outputs = new Map<string, Tensor>([['logits', graph.reshape(logits, [timesteps, options.batch, options.classes])]])
  for (const { name, neurons } of info.neuronLayers) {
    const tensor = spikes.get(name)
    if (tensor) outputs.set(`rate/${name}`, graph.mean(graph.reshape(tensor, [timesteps, options.batch, neurons]), [0, 2]))
  }
  return { ...lowerToOnnx(graph, outputs, { name: `evaluation of ${options.network.name}`, version: VERSION }), info }
}
