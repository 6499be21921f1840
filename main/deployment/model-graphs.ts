import { type NetworkDescription, networkSchema } from '../snn/schema.ts'
import { networkGraph } from './graph/network-graph.ts'
import { onnxGraph } from './graph/onnx-graph.ts'
import type { ModelGraphs } from './graph/schema.ts'
import { readOnnx } from './model-file.ts'
import type { LibraryModel } from './schema.ts'

/** Layers as an exported file tells them; its neurons' settings stand there in words only, and no shape depends on them. */
export function networkIn(metadata: Readonly<Record<string, string>>): NetworkDescription | null {
  try {
    const { network } = JSON.parse(metadata['saccade.training'] ?? '') as { network?: object }
    const parsed = networkSchema.safeParse({ ...network, neuron: {} })
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/**
 * What can be drawn of a model: its network layer by layer, and the graph of its file where that is ONNX.
 * @param described the network as its run has it; where missing, as the file tells it
 * @throws ModelFileError where the file is damaged
 */
export function modelGraphs({ path, format = 'window', classes, shape, metadata }: Pick<LibraryModel, 'path' | 'format' | 'classes' | 'shape' | 'metadata'>, described?: NetworkDescription): ModelGraphs {
  const notes: string[] = []
  const network = described ?? networkIn(metadata)
  let layers = null
  try {
    if (network) layers = networkGraph({ network, classes: classes.length, shape })
    else notes.push('The file tells nothing of layers, only operations.')
  } catch (error) {
    notes.push(`The network can't be drawn: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (metadata['saccade.convolutions'] === 'winograd') notes.push("Convolutions in Winograd's tiles take fewer products than the layer says, and the file's operations do not tell how many.")
  const onnx = format === 'window' || format === 'step' || format === 'int8' ? onnxGraph(readOnnx(path).model) : null
  return { network: layers, onnx, timesteps: shape[0], notes }
}
