import type { NetworkInfo, VariableSpec } from '../../snn/program.ts'
import type { NetworkDescription } from '../../snn/schema.ts'
import { authorsNames } from './names.ts'
import { type NamedWeights, WeightsError } from './weights-file.ts'

/** Values of every variable of a network, and how they were found. */
export interface Fitted {
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly by: 'names of Saccade' | "names of the TRT authors' code" | 'order and shapes'
}

/**
 * A checkpoint's tensors as variables of a network: by our own names, by those of the TRT authors' code, or, for networks without
 * branches, one after the other where each one's shape fits. A convolution's bias in front of a batch norm (as TET's VGGSNN has) is taken
 * from the running mean, which is the same.
 * @throws WeightsError naming the key that doesn't fit
 */
export function fitWeights(path: string, given: NamedWeights, network: NetworkDescription, classes: number, info: Pick<NetworkInfo, 'variables'>): Fitted {
  const tensors = withoutPrefix(new Map([...given].filter(([name]) => !name.endsWith('num_batches_tracked'))))
  if (info.variables.every(({ name }) => tensors.has(name))) return { weights: named(path, tensors, info.variables, (name) => name), by: 'names of Saccade' }
  const authors = authorsNames(network, classes)
  const names = 'names' in authors ? authors.names : undefined
  if (names && info.variables.filter(({ name }) => tensors.has(names.get(name) ?? '')).length * 2 > info.variables.length)
    return { weights: named(path, tensors, info.variables, (name) => names.get(name) ?? name), by: "names of the TRT authors' code" }
  if (network.layers.some(({ type }) => type === 'residual'))
    throw new WeightsError(path, `its names (${[...tensors.keys()].slice(0, 3).join(', ')}, ...) are not those of the TRT authors' code, and a network with branches can't be told by shapes alone. Rename its tensors`)
  return { weights: inOrder(path, tensors, info.variables), by: 'order and shapes' }
}

/** DataParallel puts "module." before every name. */
function withoutPrefix(tensors: NamedWeights): NamedWeights {
  const all = [...tensors]
  return all.every(([name]) => name.startsWith('module.')) ? new Map(all.map(([name, tensor]) => [name.slice('module.'.length), tensor])) : tensors
}

function named(path: string, tensors: NamedWeights, variables: readonly VariableSpec[], nameOf: (ours: string) => string): Map<string, Float32Array> {
  const used = new Set<string>()
  const weights = new Map(
    variables.map(({ name, shape }) => {
      const key = nameOf(name)
      const found = tensors.get(key)
      if (!found) throw new WeightsError(path, `"${key}" is missing, which layer ${name} needs. Choose the network that it was trained with`)
      if (found.shape.join() !== shape.join()) throw new WeightsError(path, `"${key}" is [${found.shape.join(', ')}], layer ${name} needs [${shape.join(', ')}]. Choose the network and the number of classes that it was trained with`)
      used.add(key)
      return [name, found.data]
    }),
  )
  const left = [...tensors.keys()].find((key) => !used.has(key))
  if (left !== undefined) throw new WeightsError(path, `"${left}" belongs to no layer of the network. Choose the network that it was trained with`)
  return weights
}

/** How PyTorch calls what a variable is. */
const words: Readonly<Partial<Record<VariableSpec['role'], string>>> = { weight: 'weight', gain: 'weight', shift: 'bias', bias: 'bias', mean: 'running_mean', variance: 'running_var' }
const wordOf = (key: string): string => key.split('.').at(-1) ?? ''

function inOrder(path: string, tensors: NamedWeights, variables: readonly VariableSpec[]): Map<string, Float32Array> {
  const queue = [...tensors]
  const weights = new Map<string, Float32Array>()
  let bias: Float32Array | undefined
  for (const { name, shape, role } of variables) {
    const [key, tensor] = queue.shift() ?? []
    if (!key || !tensor) throw new WeightsError(path, `it ends before layer ${name} [${shape.join(', ')}]. Choose the network that it was trained with`)
    if (tensor.shape.join() !== shape.join() || wordOf(key) !== words[role])
      throw new WeightsError(path, `"${key}" [${tensor.shape.join(', ')}] stands where ${name} needs a "${words[role] ?? role}" of [${shape.join(', ')}]. Choose the network and the number of classes that it was trained with`)
    weights.set(name, role === 'mean' && bias ? tensor.data.map((mean, i) => mean - (bias?.[i] ?? NaN)) : tensor.data)
    if (role === 'mean') bias = undefined
    const next = queue[0]
    if (role === 'weight' && shape.length === 4 && next?.[0] === key.replace(/weight$/, 'bias') && next[1].shape.join() === String(shape[0])) bias = queue.shift()?.[1].data
  }
  if (queue[0]) throw new WeightsError(path, `"${queue[0][0]}" belongs to no layer of the network. Choose the network that it was trained with`)
  return weights
}
