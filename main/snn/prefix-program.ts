import { lowerToOnnx } from '../graph/onnx/lower.ts'
import { VERSION } from '../version.ts'
import { buildNetwork } from './network.ts'
import type { NetworkShape, Program } from './program.ts'

/**
 * The first timesteps of a network alone, evaluation mode. Inputs: "frames" [timesteps, B, C, H, W] and every variable by name (of
 * per-timestep ones the first are used). Output: "logits" [timesteps, B, classes].
 */
export function buildPrefixProgram({ batch, timesteps, ...shape }: NetworkShape & { readonly batch: number; readonly timesteps: number }): Program {
  const { graph, logits } = buildNetwork(shape, batch, 'evaluation', timesteps)
  const outputs = new Map([['logits', graph.reshape(logits, [timesteps, batch, shape.classes])]])
  return lowerToOnnx(graph, outputs, { name: `first ${timesteps} timesteps of ${shape.network.name}`, version: VERSION })
}
