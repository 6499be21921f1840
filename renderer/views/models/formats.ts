import type { ExportFormat, ExportSettings, ImportedModel, LibraryModel, ModelRecord, NirDialect } from '../../../preload/contract/index.ts'
import { shapeWords } from './foreign.ts'

/** Every kind of file that a run can be exported as, in a line each. */
export const formats: Readonly<Record<ExportFormat, { readonly title: string; readonly short: string; readonly what: string }>> = {
  window: { title: 'ONNX, whole window', short: 'window', what: 'All timesteps of a sample at once. For ONNX Runtime anywhere; the one to take where in doubt.' },
  step: { title: 'ONNX, one timestep', short: 'step', what: 'States go in and out: for live cameras and early exits. The same numbers as the window.' },
  int8: { title: 'ONNX, 8 bits', short: '8 bits', what: 'Weights rounded, spikes exact; a smaller file. Refused where it loses more accuracy than you allow.' },
  nir: { title: 'NIR, neuromorphic', short: 'NIR', what: 'For snnTorch, SpikingJelly, Norse and hardware; simulated again from the file. No max pooling.' },
  pytorch: { title: 'PyTorch, safetensors', short: 'PyTorch', what: "Weights under the names of the TRT authors' code, for load_state_dict." },
  package: { title: 'Package, zip', short: 'package', what: 'All of these that the network allows, with model card, test data and programs that run it.' },
}

export type Int8Form = NonNullable<ExportSettings['int8Form']>

export const int8Forms: Readonly<Record<Int8Form, string>> = {
  products: 'Products of integers, for processors',
  convolutions: 'Convolutions, for compilers of accelerators',
}

export type Convolutions = NonNullable<ExportSettings['convolutions']>

export const convolutions: Readonly<Record<Convolutions, string>> = {
  plain: 'As trained, bit for bit',
  winograd: 'In tiles, faster on processors',
}

export const dialects: Readonly<Record<NirDialect, string>> = {
  spec: 'snnTorch, SpikingJelly (as specified)',
  norse: 'Norse (r in the weights)',
  sumpool: 'Hardware (sum pooling)',
}

/** Whether Saccade itself can run a model's file on recordings. */
export const runs = ({ format = 'window' }: Pick<ModelRecord, 'format'>): boolean => format === 'window' || format === 'step' || format === 'int8'

/** Models that a comparison begins with: the one that is looked at, and the latest other one that tells the same classes apart. */
export function comparable(models: readonly Pick<ModelRecord, 'id' | 'format' | 'classes'>[], current: string): string[] {
  const first = models.find((model) => model.id === current && runs(model))
  const second = models.findLast((model) => model.id !== current && runs(model) && first !== undefined && model.classes.length === first.classes.length && model.classes.every((name) => first.classes.includes(name)))
  return [first, second].flatMap((model) => model?.id ?? [])
}

/** Whether a model's file has a path of its own, not an id of the library. */
export const isFile = (id: string): boolean => /\.onnx$/i.test(id)

/** What the user said of a classifier of another origin when it was imported. */
export const foreignOf = (model: Partial<LibraryModel>): Pick<ImportedModel['imported'], 'ports' | 'reading'> =>
  'imported' in model && model.imported !== undefined ? model.imported : {}

/** Ports of a model in words; null where its file has none. */
export function ports(model: Pick<LibraryModel, 'format' | 'shape' | 'classes' | 'metadata'>): { readonly input: string; readonly outputs: string } | null {
  const { format = 'window', shape, classes, metadata } = model
  if (!runs({ format })) return null
  const { ports: own } = foreignOf(model)
  if (own) return { input: `${own.input} ${shapeWords(own.inputShape)}`, outputs: `${own.output} ${shapeWords(own.outputShape)}` }
  const [timesteps, ...frame] = shape
  const n = metadata['saccade.batch'] ?? 'N'
  if (format === 'step') return { input: `frame [N, ${frame.join(', ')}] and the states`, outputs: `logits [N, ${classes.length}] of this timestep and the next states` }
  const input = metadata['saccade.input'] === 'image' ? `image [${n}, ${frame.join(', ')}]` : `frames [${n}, ${shape.join(', ')}]`
  return { input, outputs: `logits [${n}, ${classes.length}], logits_per_timestep [${n}, ${timesteps}, ${classes.length}]` }
}
