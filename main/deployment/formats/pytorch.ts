import { networkInfo } from '../../snn/network.ts'
import { buildWindowProgram } from '../../snn/window-program.ts'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../training/safetensors.ts'
import { encodeMetadata } from '../metadata.ts'
import { judge, prove } from '../proof.ts'
import { fitWeights } from '../pytorch/fit.ts'
import { authorsNames } from '../pytorch/names.ts'
import type { TrainedNetwork } from '../trained.ts'
import { WindowRunner } from '../window-runner.ts'
import { type Exported, type Format, UnsuitableError } from './format.ts'

/** safetensors with the names that the TRT authors' code gives its parameters, to be loaded with load_state_dict. */
export const pytorchFormat: Format = async (network, _, onProgress): Promise<Exported> => {
  const { shape, weights, info, checkpoint } = network
  const found = authorsNames(shape.network, shape.classes)
  if ('reason' in found) throw new UnsuitableError(`This network has no counterpart in the TRT authors' code: ${found.reason}. Export it as ONNX.`)
  const { names, topology } = found
  const tensors = new Map<string, StoredTensor>()
  for (const { name, shape: sizes, role } of info.variables) {
    const key = names.get(name) ?? name
    tensors.set(key, { dtype: 'F32', shape: sizes, data: weights.get(name) ?? new Float32Array() })
    if (role === 'variance') tensors.set(key.replace(/running_var$/, 'num_batches_tracked'), { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(checkpoint.progress.steps)) })
  }
  const metadata = { ...encodeMetadata(network.metadata), topology }
  const bytes = new Uint8Array(Buffer.concat(encodeSafetensors({ metadata, tensors })))
  const built = (file: Uint8Array, firingRates = false): Uint8Array => buildWindowProgram({ ...shape, weights: read(file, network), firingRates }).onnx
  const open = (file: Uint8Array): Promise<WindowRunner> => WindowRunner.open(network.engine, built(file), shape.shape, shape.classes)
  const rates = (file: Uint8Array): Promise<WindowRunner> => WindowRunner.open(network.engine, built(file, true), shape.shape, shape.classes)
  const proof = await prove({ ...network, onnx: bytes, withRates: bytes, open: rates, onProgress })
  judge(proof, network.own)
  const { tau, reset, resetValue, threshold } = shape.network.neuron
  return {
    file: 'model.safetensors', bytes, metadata, proof, open: () => open(bytes),
    notes: [
      `For the TRT authors' code: model with topology ${topology}, tau ${tau}, threshold ${threshold}, ${reset === 'hard' ? `reset to ${resetValue}` : 'soft reset'}; then model.load_state_dict(safetensors.torch.load_file("model.safetensors")).`,
      'The proof reads the file back and runs what it holds.',
    ],
  }
}

/** The weights of a file as the network's own. */
function read(file: Uint8Array, { shape }: TrainedNetwork): ReadonlyMap<string, Float32Array> {
  const { tensors } = decodeSafetensors(file, 'model.safetensors')
  const given = new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: Float32Array.from(tensor.data as Iterable<number | bigint>, Number) }]))
  return fitWeights('model.safetensors', given, shape.network, shape.classes, networkInfo(shape)).weights
}
