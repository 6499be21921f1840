import type { Tensor } from '../graph/tensor.ts'
import { type BuildContext, dense, flatten, globalPool, pool, repeated, spike } from './layers.ts'
import type { LayerDescription, NetworkDescription } from './schema.ts'
import { isShared, type Member, sharingGroups } from './sharing.ts'

type Residual = Extract<LayerDescription, { type: 'residual' }>

/**
 * Residual block. spiking (ResNet-19 of tdBN, TET, TRT): conv-BN-LIF-conv-BN, plus shortcut, then LIF; the shortcut is a
 * 1x1 conv + BN where channels or size change. sew (Fang et al. 2021, table 1): conv-BN-LIF-conv-BN-LIF, whose spikes s meet
 * the shortcut x, whose 1x1 conv + BN has a neuron of its own: add s + x, and s x, iand (1 - s) x.
 */
function residual(context: BuildContext, x: Tensor, layer: Residual, name: string): Tensor {
  const part = (i: 0 | 1) => ({ out: layer.out, kernel: layer.kernels[i], stride: layer.strides[i], padding: layer.paddings[i] })
  const stride = layer.strides[0] * layer.strides[1]
  const changes = x.shape[1] !== layer.out || stride !== 1
  const inside = context.spikingConvolution(x, `${name}.conv1`, part(0))
  const projection = { out: layer.out, kernel: 1, stride, padding: 0 }
  if (layer.form === 'spiking') {
    // Two branches are added: STBP-tdBN halves their variances.
    const alpha = Math.SQRT1_2
    const current = context.convolution(inside, `${name}.conv2`, { ...part(1), alpha })
    return spike(context, context.graph.add(current, changes ? context.convolution(x, `${name}.shortcut`, { ...projection, alpha }) : x), name)
  }
  const spikes = context.spikingConvolution(inside, `${name}.conv2`, part(1))
  const around = changes ? context.spikingConvolution(x, `${name}.shortcut`, projection) : x
  if (layer.form === 'sew-add') return context.graph.add(spikes, around)
  const both = context.graph.mul(spikes, around)
  return layer.form === 'sew-and' ? both : context.graph.sub(around, both)
}

function layer(context: BuildContext, x: Tensor, description: LayerDescription, name: string, still: boolean): Tensor {
  switch (description.type) {
    case 'conv': {
      const { out, kernel, stride, padding } = description
      const spikes = context.spikingConvolution(x, name, { out, kernel, stride, padding, still })
      const { pool: after } = description
      return after ? pool(context, spikes, after.kind, after.size, after.stride, after.padding) : spikes
    }
    case 'residual': {
      const y = residual(context, x, description, name)
      return description.globalPool ? globalPool(context, y) : y
    }
    case 'average-pool':
      return pool(context, x, 'average', description.size, description.size, 0)
    case 'max-pool':
      return pool(context, x, 'max', description.size, description.stride, description.padding)
    case 'dense':
      return spike(context, dense(context, flatten(context, x), name, description.out), name)
  }
}

const prefix: Readonly<Record<LayerDescription['type'], string>> = { conv: 'conv', residual: 'block', 'average-pool': 'pool', 'max-pool': 'pool', dense: 'dense' }

/** Names of the layers: kind and count, "conv1", "block2", "dense1". They key checkpoints. */
export function layerNames(network: NetworkDescription): string[] {
  const counts = new Map<string, number>()
  return network.layers.map(({ type }) => {
    const count = (counts.get(prefix[type]) ?? 0) + 1
    counts.set(prefix[type], count)
    return `${prefix[type]}${count}`
  })
}

/** One layer after the other. */
function through(context: BuildContext, x: Tensor, members: readonly Member[]): Tensor {
  return members.reduce((value, { description, name, still }) => context.graph.labelled(name, () => layer(context, value, description, name, still)), x)
}

/**
 * Cross-layer sharing of EfficientLIF-Net (Kim et al., Sharing leaky-integrate-and-fire neurons for memory-efficient SNNs, 2023, and its
 * code): within each timestep all layers of a group go through one membrane, one after the other. A layer then needs the
 * potentials of the layers behind it one timestep earlier, so the group is computed timestep by timestep, and its batch norm
 * has the statistics of one timestep (as in the authors' code, not as tdBN); the running ones move on with each.
 */
function overTime(context: BuildContext, x: Tensor, members: readonly Member[]): Tensor {
  const { graph, timesteps } = context
  const spikes = new Map<string, { tensors: Tensor[]; currents: Tensor[] }>()
  const inputs = new Map<string, { macs: number; output: Tensor; tensors: Tensor[] }>()
  const single = context.single({
    spiking: (name, tensor, currents) => {
      const before = spikes.get(name)
      spikes.set(name, { tensors: [...(before?.tensors ?? []), tensor], currents: [...(before?.currents ?? []), ...currents] })
    },
    weighted: (name, tensor, macs, output) => inputs.set(name, { macs, output: inputs.get(name)?.output ?? output, tensors: [...(inputs.get(name)?.tensors ?? []), tensor] }),
  })
  const outputs = graph.apply('splitTime', [x], { timesteps }).map((now) => through(single, now, members))
  for (const [name, { macs, output, tensors }] of inputs) context.weighted(name, graph.one('joinTime', tensors, {}), macs, output)
  for (const [name, { tensors, currents }] of spikes) context.spiking(name, graph.one('joinTime', tensors, {}), currents)
  return graph.one('joinTime', outputs, {})
}

/**
 * The network from frames x [T·B, C, H, W] (time major), or of a still picture [B, C, H, W], to logits [T·B, classes]. The last layer is linear, without a
 * neuron and without decay: O(t) is its input current.
 * @throws GraphError naming the layer whose size does not fit
 */
export function forward(context: BuildContext, network: NetworkDescription, classes: number, x: Tensor, still = false): Tensor {
  const names = layerNames(network)
  // What begins with no convolution looks at every timestep.
  const once = still && network.layers[0]?.type === 'conv'
  const members = network.layers.map((description, i): Member => ({ description, name: names[i] ?? '', still: once && i === 0 }))
  const groups = network.sharing?.startsWith('layers') ? sharingGroups(members) : members.map((member) => [member])
  const last = groups.reduce(
    (value, group) => (isShared(group) && network.sharing?.startsWith('layers') ? overTime(context, value, group) : through(context, value, group)),
    still && !once ? repeated(context, x) : x,
  )
  return context.graph.labelled('output', () => dense(context, flatten(context, last), 'output', classes))
}
