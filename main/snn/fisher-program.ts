import { gradients } from '../graph/autodiff.ts'
import { lowerToOnnx } from '../graph/onnx/lower.ts'
import type { Tensor } from '../graph/tensor.ts'
import { VERSION } from '../version.ts'
import { crossEntropy } from './losses/loss.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'

/**
 * Squared norm of the gradient, over all parameters, of the batch-mean negative log-likelihood of the mean of the first
 * `timesteps` outputs; batch norm with its running statistics (TRT eq. 15 as its code has it, methods: Kim et al. 2023).
 * Later timesteps can't change the first outputs, so the network is unrolled over `timesteps` only.
 * Inputs: "frames" [timesteps, B, C, H, W], "onehot" [B, classes], every variable by name. Output: "trace" [1].
 */
export function buildFisherProgram({ batch, timesteps, ...shape }: NetworkShape & { readonly batch: number; readonly timesteps: number }): Program {
  const built = buildNetwork(shape, batch, 'evaluation', timesteps)
  const { graph, variables, info } = built
  const mean = graph.mean(graph.reshape(built.logits, [timesteps, batch, shape.classes]), [0])
  const loss = crossEntropy(graph, mean, graph.input('onehot', [batch, shape.classes]))
  const trained = info.variables.filter(({ role }) => role !== 'mean' && role !== 'variance').flatMap(({ name }) => variables.get(name) ?? [])
  const squares = gradients(graph, loss, trained).map((gradient): Tensor => graph.reshape(graph.sum(graph.mul(gradient, gradient)), [1]))
  const trace = squares.reduce((sum, square) => graph.add(sum, square))
  return lowerToOnnx(graph, new Map([['trace', trace]]), { name: `Fisher trace of ${shape.network.name}, ${timesteps} timesteps`, version: VERSION })
}
