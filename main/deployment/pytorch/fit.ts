import { NORM_EPSILON } from '../../snn/layers.ts'
import type { NetworkInfo, VariableSpec } from '../../snn/program.ts'
import type { NetworkDescription } from '../../snn/schema.ts'
import { authorsNames, tetNames } from './names.ts'
import { type NamedWeights, WeightsError } from './weights-file.ts'

/** Values of every variable of a network, and how they were found. */
export interface Fitted {
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly by: 'names of Saccade' | "names of the TRT authors' code" | "names of the TET authors' code" | 'order and shapes'
}

/**
 * A checkpoint's tensors as variables of a network: by our own names, by those of the TRT or TET authors' code, or, for networks without
 * branches, one after the other where each one's shape fits. A convolution's bias in front of a batch norm (as TET's VGGSNN has) is taken
 * from the running mean, which is the same.
 * @throws WeightsError naming the key that doesn't fit
 */
export function fitWeights(path: string, given: NamedWeights, network: NetworkDescription, classes: number, info: Pick<NetworkInfo, 'variables'>): Fitted {
  const tensors = withoutTwins(withoutPrefix(new Map([...given].filter(([name]) => !name.endsWith('num_batches_tracked')))))
  const { variables } = info
  if (variables.every(({ name }) => tensors.has(name))) return { weights: named(path, tensors, variables, (name) => name), by: 'names of Saccade' }
  const trt = authorsNames(network, classes)
  const namings = [['TRT', 'names' in trt ? trt.names : null], ['TET', tetNames(network)]] as const
  for (const [who, names] of namings) {
    if (!names) continue
    const theirs = who === 'TRT' ? withNorms(withoutEncoder(tensors), names) : tensors
    if (variables.filter(({ name }) => theirs.has(names.get(name) ?? '')).length * 2 > variables.length)
      return { weights: named(path, theirs, variables, (name) => names.get(name) ?? name), by: `names of the ${who} authors' code` }
  }
  if (network.layers.some(({ type }) => type === 'residual'))
    throw new WeightsError(path, `its names (${[...tensors.keys()].slice(0, 3).join(', ')}, ...) are not those of the TRT or TET authors' code, and a network with branches can't be told by shapes alone. Rename its tensors`)
  return { weights: inOrder(path, tensors, variables), by: 'order and shapes' }
}

/** DataParallel puts "module." before every name, torch.compile "_orig_mod.". */
function withoutPrefix(tensors: NamedWeights): NamedWeights {
  const prefix = ['module.', '_orig_mod.'].find((start) => tensors.size > 0 && [...tensors.keys()].every((name) => name.startsWith(start)))
  return prefix === undefined ? tensors : withoutPrefix(new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])))
}

/** TET's ResNet-19 registers modules twice: "conv1" is "conv1_s.layer.module" as well, and "bn1.bn" three more. */
function withoutTwins(tensors: NamedWeights): NamedWeights {
  const plain = (name: string): string => name.replace('.seqbn.module.', '.bn.').replace(/\b(conv|fc)(\d)_s\.layer\.module\./, '$1$2.').replace(/\bconv(\d)_s\.bn\./, 'bn$1.')
  return new Map([...tensors].filter(([name]) => plain(name) === name || !tensors.has(plain(name))))
}

/** TRT's CONVEN, a first layer computed once, has no "module" in its path; it computes what CONV does. */
function withoutEncoder(tensors: NamedWeights): NamedWeights {
  return new Map([...tensors].map(([name, tensor]) => [name.replace(/^layers\.0\.conv2d_layer\.(?!module\.)/, 'layers.0.conv2d_layer.module.'), tensor]))
}

/** TRT's networks without batch norm (norm "No") have biases instead: a batch norm that only adds them. */
function withNorms(tensors: NamedWeights, names: ReadonlyMap<string, string>): NamedWeights {
  const all = new Map(tensors)
  for (const key of names.values()) {
    const base = key.endsWith('.0.weight') ? key.slice(0, -'.0.weight'.length) : ''
    const [weight, bias] = [tensors.get(`${base}.weight`), tensors.get(`${base}.bias`)]
    if (base === '' || tensors.has(key) || weight?.shape.length !== 4) continue
    const channels = weight.shape[0] ?? 0
    const filled = (value: number) => ({ shape: [channels], data: new Float32Array(channels).fill(value) })
    all.delete(`${base}.weight`)
    all.delete(`${base}.bias`)
    all.set(key, weight).set(`${base}.1.weight`, filled(Math.sqrt(1 + NORM_EPSILON))).set(`${base}.1.bias`, bias ?? filled(0))
    all.set(`${base}.1.running_mean`, filled(0)).set(`${base}.1.running_var`, filled(1))
  }
  return all
}

const difference = (mean: Float32Array, bias: Float32Array): Float32Array => mean.map((value, i) => value - (bias[i] ?? NaN))

function named(path: string, tensors: NamedWeights, variables: readonly VariableSpec[], nameOf: (ours: string) => string): Map<string, Float32Array> {
  const left = new Set(tensors.keys())
  const weights = new Map(
    variables.map(({ name, shape }) => {
      const key = nameOf(name)
      const found = tensors.get(key)
      if (!found) throw new WeightsError(path, `"${key}" is missing, which layer ${name} needs. Choose the network that it was trained with`)
      if (found.shape.join() !== shape.join()) throw new WeightsError(path, `"${key}" is [${found.shape.join(', ')}], layer ${name} needs [${shape.join(', ')}]. Choose the network and the number of classes that it was trained with`)
      left.delete(key)
      return [name, found.data]
    }),
  )
  for (const { name, shape, role } of variables) {
    if (role !== 'weight' || shape.length !== 4) continue
    const key = nameOf(name).replace(/weight$/, 'bias')
    const [bias, meanName] = [tensors.get(key), name.replace(/weight$/, 'norm.mean')]
    const mean = weights.get(meanName)
    if (!left.has(key) || !mean || bias?.data.length !== mean.length) continue
    weights.set(meanName, difference(mean, bias.data))
    left.delete(key)
  }
  const [other] = left
  if (other !== undefined) throw new WeightsError(path, `"${other}" belongs to no layer of the network. Choose the network that it was trained with`)
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
    weights.set(name, role === 'mean' && bias ? difference(tensor.data, bias) : tensor.data)
    if (role === 'mean') bias = undefined
    const next = queue[0]
    if (role === 'weight' && shape.length === 4 && next?.[0] === key.replace(/weight$/, 'bias') && next[1].shape.join() === String(shape[0])) bias = queue.shift()?.[1].data
  }
  if (queue[0]) throw new WeightsError(path, `"${queue[0][0]}" belongs to no layer of the network. Choose the network that it was trained with`)
  return weights
}
