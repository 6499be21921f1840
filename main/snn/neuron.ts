import { divide, fixed, GraphError, product, type Tensor } from '../graph/tensor.ts'
import type { BuildContext, Carried } from './layers.ts'
import type { VariableSpec } from './program.ts'
import type { NeuronSettings } from './schema.ts'

/** Whether a neuron is the papers' LIF, of which nothing is learned: then one op by hand does it (snn/ops/lif.ts), else it is built from single ones. */
export function isPlain({ learnTau, learnThreshold, sigmoidSpike, learnInitial, smoothing }: NeuronSettings): boolean {
  return learnTau === undefined && !learnThreshold && sigmoidSpike === undefined && !learnInitial && !smoothing
}

/** One timestep: the state behind the last one (none: 0) and an input current become spikes and the state behind this one. */
type Step = (current: Tensor, before: Tensor | undefined) => { readonly spikes: Tensor; readonly state: Tensor }

const one = (name: string, initial: number): VariableSpec => ({ name, shape: [1], role: 'neuron', fanIn: 1, fanOut: 1, initial })

/**
 * PLIF (Fang et al., Incorporating learnable membrane time constant to enhance learning of SNNs, ICCV 2021, eq. 10):
 * 1/tau = sigmoid(w), one w for each layer, w = -ln(tau - 1) at the start. As there, `plif` is u <- u + (x - (u - u_reset))/tau;
 * `leak` is u <- u/tau + x, as the neurons of TET and TRT leak, whose input is not scaled. What differs from the paper: the
 * reset is part of the gradient unless detached, firing is strict, surrogate and first value (2 there) are the user's.
 */
function leaking(context: BuildContext, name: string): (current: Tensor, before: Tensor | undefined) => Tensor {
  const { graph, neuron } = context
  const { tau, learnTau, resetValue } = neuron
  if (learnTau === undefined) return (x, u) => (u ? graph.add(graph.scale(u, 1 / tau), x) : x)
  const share = graph.one('sigmoid', [context.variable(one(`${name}.neuron.leak`, -Math.log(tau - 1)))], {})
  // A state of 0 keeps tau part of a loss over a single timestep: with gradient 0.
  if (learnTau === 'leak') return (x, u) => graph.add(u ? graph.mul(u, share) : graph.scale(share, 0), x)
  return (x, u) => {
    if (!u) return graph.mul(graph.shift(x, resetValue), share)
    return graph.add(u, graph.mul(graph.sub(x, graph.shift(u, -resetValue)), share))
  }
}

/**
 * LTMD (Wang, Cheng & Lim, Learnable thresholds and moderate dropout, NeurIPS 2022): threshold = tanh(w), one w for each layer,
 * learned with the weights (there from tanh 0.5 = 0.46; its dropout is not part of this). tanh w = 2 sigmoid(2 w) - 1.
 */
function learnedThreshold(context: BuildContext, name: string): Tensor {
  const { graph, neuron } = context
  const w = context.variable(one(`${name}.neuron.threshold`, Math.atanh(neuron.threshold)))
  return graph.shift(graph.scale(graph.one('sigmoid', [graph.scale(w, 2)], {}), 2), -1)
}

/**
 * Spikes of potentials that are `above` the threshold by so much: a step, whose gradient is the surrogate's; or, as in TET's
 * ablation (Deng et al. 2022, table 2: k = 1, 10, 20), sigmoid(k above) with its true gradient, forwards and backwards. There
 * the "spike" is a number in (0, 1), and the reset takes away so much of the potential (hard: u <- (1 - s) u + s u_reset).
 */
function firing({ graph, neuron: { surrogate, alpha, sigmoidSpike }, draws }: BuildContext): (above: Tensor) => Tensor {
  if (sigmoidSpike !== undefined) return (above) => graph.one('sigmoid', [graph.scale(above, sigmoidSpike)], {})
  if (surrogate === 'localzo' && draws) return (above) => graph.one('fireDrawn', [above, draws.drawn, draws.places], { delta: alpha, start: draws.next() })
  return (above) => graph.one('fire', [above], { surrogate, alpha })
}

/**
 * IMP (Shen et al., Rethinking the membrane dynamics and optimization objectives of SNNs, NeurIPS 2024, and its code): the potential
 * before the first timestep is learned, one for each neuron, uniform within +-0.2 at the start.
 * @returns [...] of one sample
 */
function learnedInitial({ graph, variable }: BuildContext, name: string, shape: readonly number[]): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  // Flat, so that a loss landscape takes it for no filter.
  const potentials = variable({ name: `${name}.neuron.initial`, shape: [count], role: 'neuron', fanIn: 1, fanOut: 1, initial: { within: 0.2 } })
  return graph.reshape(potentials, shape)
}

/**
 * MPS, membrane potential smoothing (Ding et al., Rethinking SNNs from an ensemble learning perspective, ICLR 2025): what a timestep
 * hands to the next one is h(t) = a h(t-1) + (1 - a) v(t), v the potential behind the reset, h(0) the first potential, a one learned
 * coefficient for each layer. What differs: the paper was not at hand in full, so that a = sigmoid(w) and its start at 0.5 are
 * ours. Its second half, the guidance of adjacent timesteps by distillation, is a loss (losses/guidance.ts).
 */
function smoothingOf({ graph, variable, timesteps }: BuildContext, name: string) {
  const share = graph.one('sigmoid', [variable(one(`${name}.neuron.smoothing`, 0))], {})
  return {
    state: (v: Tensor, before: Tensor | undefined): Tensor => (before ? graph.add(v, graph.mul(graph.sub(before, v), share)) : graph.sub(v, graph.mul(v, share))),
    /** Over a single timestep nothing is handed on: part of the loss, with gradient 0. */
    spikes: (spikes: Tensor): Tensor => (timesteps === 1 ? graph.add(spikes, graph.scale(share, 0)) : spikes),
  }
}

/** The neuron of a layer as a pure step: leak and input, spike, reset. */
function stepOf(context: BuildContext, name: string): Step {
  const { graph, neuron } = context
  const { detachReset, reset, resetValue } = neuron
  const leak = leaking(context, name)
  const fire = firing(context)
  const smoothing = neuron.smoothing ? smoothingOf(context, name) : undefined
  const threshold = neuron.learnThreshold ? learnedThreshold(context, name) : graph.constant([neuron.threshold], [1])
  return (current, before) => {
    const u = leak(current, before)
    const spikes = fire(graph.sub(u, threshold))
    const fired = detachReset ? graph.one('detach', [spikes], {}) : spikes
    // The very reset value, as snn/ops/lif.ts has it: u - (u - resetValue) would be rounded, as it is in a window of layers that share a membrane.
    if (context.carried && !context.membrane && isPlain(neuron) && reset === 'hard' && resetValue !== 0)
      return { spikes, state: graph.add(graph.mul(u, graph.shift(graph.scale(fired, -1), 1)), graph.scale(fired, resetValue)) }
    const removed = reset === 'hard' ? graph.shift(u, -resetValue) : threshold
    const state = graph.sub(u, graph.mul(fired, removed))
    return smoothing ? { spikes: smoothing.spikes(spikes), state: smoothing.state(state, before) } : { spikes, state }
  }
}

/** Potentials and how they go on from timestep to timestep. */
export interface Membrane {
  /** Of the layer that was built first. */
  readonly name: string
  readonly step: Step
  state: Tensor | undefined
}

function membraneOf(context: BuildContext, shape: readonly number[], name: string): Membrane {
  const initial = context.neuron.learnInitial ? learnedInitial(context, name, shape) : undefined
  return { name, step: stepOf(context, name), state: context.carried ? carriedOver(context, context.carried, shape, name, initial) : initial }
}

/** What the last timestep has left, zeros before the first one; a learned initial potential is added there and nowhere else. */
function carriedOver({ graph }: BuildContext, carried: Carried, shape: readonly number[], name: string, initial: Tensor | undefined): Tensor {
  const before = carried.before(name, shape)
  if (!initial) return before
  const first = graph.shift(graph.scale(carried.begun(), -1), 1)
  const wide = graph.reshape(first, [first.shape[0] ?? 1, ...shape.map(() => 1)])
  return graph.add(before, graph.mul(wide, graph.reshape(initial, [1, ...shape])))
}

/**
 * A layer of neurons, one for each element of a sample, or for each two that share a membrane.
 * @param x input currents [T·B, ...], time major
 * @returns spikes, same shape
 */
export function neurons(context: BuildContext, x: Tensor, name: string): Tensor {
  return context.sharing?.endsWith('channels') ? overHalves(context, x, name) : unshared(context, x, name)
}

/** x's rows are of timesteps, or of whatever else one membrane sees one after the other. */
function unshared(context: BuildContext, x: Tensor, name: string): Tensor {
  const { graph, neuron, timesteps, membrane: shared, carried, draws } = context
  if (isPlain(neuron) && !shared && !carried && !draws) return graph.apply('lif', [x], { neuron, timesteps })[0] as Tensor
  const shape = x.shape.slice(1).map((dim) => fixed(dim, name))
  const membrane = shared?.value ?? membraneOf(context, shape, name)
  if (shared) shared.value = membrane
  const spikes = graph.apply('splitTime', [x], { timesteps }).map((current) => {
    const { spikes: now, state } = membrane.step(current, membrane.state)
    membrane.state = state
    return now
  })
  if (carried && membrane.state) carried.after(membrane.name, membrane.state)
  return graph.one('joinTime', spikes, {})
}

/**
 * Cross-channel sharing of EfficientLIF-Net (Kim et al., Sharing leaky-integrate-and-fire neurons for memory-efficient SNNs, 2023, and
 * its code): the first half of the channels, then the second one, go through the same membrane within each timestep. So it is
 * a layer with half of the neurons over 2 T timesteps.
 */
function overHalves(context: BuildContext, x: Tensor, name: string): Tensor {
  const { graph, timesteps } = context
  const channels = fixed(x.shape[1], name)
  if (channels % 2 !== 0) throw new GraphError(`${name}: ${channels} channels can't share membranes by halves; give it an even number`)
  const batch = divide(x.shape[0] ?? 1, timesteps)
  const half = x.shape.slice(1).reduce<number>((n, dim) => n * fixed(dim, name), 1) / 2
  const halves = graph.transpose(graph.reshape(x, [timesteps, batch, 2, half]), [0, 2, 1, 3])
  const spikes = unshared({ ...context, timesteps: 2 * timesteps }, graph.reshape(halves, [product([2 * timesteps, batch]), half]), name)
  return graph.reshape(graph.transpose(graph.reshape(spikes, [timesteps, 2, batch, half]), [0, 2, 1, 3]), x.shape)
}
