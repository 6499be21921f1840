import { describe, expect, it } from 'vitest'
import { initialVariables } from '../../main/snn/initial.ts'
import { chain } from '../../main/snn/models/chain.ts'
import { resnet19 } from '../../main/snn/models/resnet19.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { layerNames } from '../../main/snn/forward.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { surrogates } from '../../main/snn/ops/surrogate.ts'
import type { NetworkShape } from '../../main/snn/program.ts'
import { type NetworkDescription, networkSchema } from '../../main/snn/schema.ts'
import { sharingGroups } from '../../main/snn/sharing.ts'
import { buildGradientProgram } from '../../main/snn/training-program.ts'
import { distance, runProgram, spread } from './run.ts'

/** A number and its derivative by one chosen weight, in float64. */
interface Dual {
  readonly v: number
  readonly d: number
}
const dual = (v: number, d = 0): Dual => ({ v, d })
const add = (a: Dual, b: Dual): Dual => dual(a.v + b.v, a.d + b.d)
const sub = (a: Dual, b: Dual): Dual => dual(a.v - b.v, a.d - b.d)
const mul = (a: Dual, b: Dual): Dual => dual(a.v * b.v, a.d * b.v + a.v * b.d)
const div = (a: Dual, b: Dual): Dual => dual(a.v / b.v, (a.d - (a.v / b.v) * b.d) / b.v)
const root = (a: Dual): Dual => dual(Math.sqrt(a.v), a.d / (2 * Math.sqrt(a.v)))
const sum = (values: readonly Dual[]): Dual => values.reduce(add, dual(0))
const mean = (values: readonly Dual[]): Dual => div(sum(values), dual(values.length))

const [timesteps, batch, classes, pixels, width] = [3, 3, 2, 4, 2]
const conv = { type: 'conv', out: width, kernel: 1, padding: 0 }
const made = (sharing: NetworkDescription['sharing']): NetworkDescription => networkSchema.parse({ name: 'shared', neuron: { tau: 1.5 }, sharing, layers: [conv, conv, conv] })

/** Maps [sample][channel][pixel]. */
type Maps = Dual[][][]
type Weights = (name: string) => readonly Dual[]

const convolved = (x: Maps, weight: readonly Dual[]): Maps =>
  x.map((sample) => Array.from({ length: width }, (_, o) => Array.from({ length: pixels }, (__, p) => sum(sample.map((plane, i) => mul(weight[o * sample.length + i] ?? dual(NaN), plane[p] ?? dual(NaN)))))))

/** Batch norm over all maps that are given. */
function normalized(maps: Maps, gain: readonly Dual[], shift: readonly Dual[]): Maps {
  const statistics = Array.from({ length: width }, (_, c) => {
    const values = maps.flatMap((sample) => sample[c] ?? [])
    const centre = mean(values)
    return { centre, deviation: root(add(mean(values.map((value) => mul(sub(value, centre), sub(value, centre)))), dual(1e-5))) }
  })
  return maps.map((sample) =>
    sample.map((plane, c) => plane.map((value) => add(mul(gain[c] ?? dual(NaN), div(sub(value, statistics[c]?.centre ?? dual(NaN)), statistics[c]?.deviation ?? dual(NaN))), shift[c] ?? dual(NaN)))),
  )
}

/** Membranes by place; layers and halves of channels that share one give the same place. */
class Membranes {
  readonly #state = new Map<string, Dual>()
  fire(place: string, x: Dual): Dual {
    const u = add(div(this.#state.get(place) ?? dual(0), dual(1.5)), x)
    const spike = dual(u.v > 1 ? 1 : 0, surrogates.triangle.derivative(u.v - 1, 1) * u.d)
    this.#state.set(place, mul(u, sub(dual(1), spike)))
    return spike
  }
}

/** Cross-entropy of the time-mean logits, and the mean of the last layer's spikes, as the paper's code goes through time. */
function plain(frames: readonly Maps[], weights: Weights, sharing: string, labels: readonly number[]): { loss: Dual; fired: number } {
  const membranes = new Membranes()
  const halves = sharing.endsWith('channels')
  const fires = (layer: string, maps: Maps): Maps => {
    // The first half of the channels, then the second.
    const out: Maps = maps.map((sample) => sample.map((plane) => [...plane]))
    for (let c = 0; c < width; c++)
      maps.forEach((sample, b) => sample[c]?.forEach((value, p) => (out[b]![c]![p] = membranes.fire(`${layer}/${b}/${halves ? c % (width / 2) : c}/${p}`, value))))
    return out
  }
  const of = (name: string) => [weights(`${name}.norm.gain`), weights(`${name}.norm.shift`)] as const
  const layerwise = (x: readonly Maps[], name: string): Maps[] => {
    const currents = normalized(x.flatMap((maps) => convolved(maps, weights(`${name}.weight`))), ...of(name))
    return x.map((_, t) => fires(name, currents.slice(t * batch, (t + 1) * batch)))
  }
  let x = layerwise(frames, 'conv1')
  if (sharing.startsWith('layers'))
    x = x.map((maps) => ['conv2', 'conv3'].reduce((now, name) => fires('conv2', normalized(convolved(now, weights(`${name}.weight`)), ...of(name))), maps))
  else x = layerwise(layerwise(x, 'conv2'), 'conv3')
  const readout = weights('output.weight')
  const losses = labels.map((label, b) => {
    const logits = Array.from({ length: classes }, (_, k) =>
      add(mean(x.map((maps) => sum((maps[b] ?? []).flat().map((value, i) => mul(value, readout[k * width * pixels + i] ?? dual(NaN)))))), weights('output.bias')[k] ?? dual(NaN)),
    )
    const exponentials = logits.map(({ v, d }) => dual(Math.exp(v), Math.exp(v) * d))
    const total = sum(exponentials)
    return sub(dual(Math.log(total.v), total.d / total.v), logits[label] ?? dual(NaN))
  })
  return { loss: mean(losses), fired: mean(x.flat(3)).v }
}

describe.each(['layers', 'channels', 'layers-channels'] as const)('membranes shared by %s', (sharing) => {
  it('loss and every gradient are those of plain numbers, neuron by neuron', async () => {
    const shape: NetworkShape = { network: made(sharing), classes, shape: [timesteps, 1, 2, 2] }
    const program = buildGradientProgram({ ...shape, batch, method: { name: 'sdt', criterion: 'cross-entropy' } })
    const values = initialVariables(networkInfo(shape), 5)
    for (const { name, role } of program.info.variables) values.get(name)?.forEach((value, i, all) => (all[i] = role === 'shift' ? 0.5 + 0.3 * spread(i + 3) : value))
    const data = Float32Array.from({ length: timesteps * batch * pixels }, (_, i) => 2 * spread(i))
    const frames = Array.from({ length: timesteps }, (_, t) => Array.from({ length: batch }, (__, b) => [Array.from({ length: pixels }, (___, p) => dual(data[(t * batch + b) * pixels + p] ?? NaN))]))
    const labels = [0, 1, 1]
    const found = await runProgram(program, {
      ...Object.fromEntries(program.info.variables.map((spec) => [spec.name, { shape: spec.shape, data: values.get(spec.name) as Float32Array }])),
      frames: { shape: [timesteps, batch, 1, 2, 2], data },
      onehot: { shape: [batch, classes], data: Float32Array.of(1, 0, 0, 1, 0, 1) },
    })
    const weights = (moved: string, at: number): Weights => (name) => Array.from(values.get(name) ?? [], (value, i) => dual(value, name === moved && i === at ? 1 : 0))
    const { loss, fired } = plain(frames, weights('', 0), sharing, labels)
    expect(fired).toBeGreaterThan(0.05)
    expect(fired).toBeLessThan(0.95)
    expect(found['loss']?.[0]).toBeCloseTo(loss.v, 5)
    for (const { name, shape: sizes } of program.info.variables.filter(({ role }) => role !== 'mean' && role !== 'variance')) {
      const slopes = Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => plain(frames, weights(name, i), sharing, labels).loss.d)
      expect(distance(found[`gradient/${name}`] ?? [], slopes), name).toBeLessThan(2e-5)
    }
    expect(Math.max(...(found['gradient/conv2.weight'] ?? []).map(Math.abs))).toBeGreaterThan(1e-3)
  })
})

describe('who shares', () => {
  const names = ({ layers, ...network }: NetworkDescription): string[] => {
    const all = layerNames({ ...network, layers })
    return sharingGroups(layers.map((description, i) => ({ description, name: all[i] ?? '', still: false }))).map((group) => group.map(({ name }) => name).join('+'))
  }
  it('consecutive layers of one shape, as in the authors’ VGG and ResNet: not the first one', () => {
    expect(names(vggsnn.network)).toEqual(['conv1', 'conv2', 'pool1', 'conv3+conv4', 'pool2', 'conv5+conv6', 'pool3', 'conv7+conv8', 'pool4'])
    expect(names(resnet19.network)).toEqual(['conv1', 'block1+block2+block3', 'block4+block5+block6', 'block7+block8', 'dense1'])
    expect(names({ ...vggsnn.network, layers: chain('8C3-8C3-8C3-4C3') })).toEqual(['conv1', 'conv2+conv3', 'conv4'])
  })
  it('is refused with a norm that needs all timesteps at once, and an odd number of channels by halves', () => {
    expect(networkSchema.safeParse({ ...made('layers'), norm: 'tab' }).error?.issues[0]?.path).toEqual(['norm'])
    expect(networkSchema.safeParse({ ...made('channels'), norm: 'tab' }).success).toBe(true)
    expect(() => networkInfo({ network: { ...made('channels'), layers: chain('3C3') }, classes, shape: [2, 1, 4, 4] })).toThrow(/conv1: 3 channels/)
  })
  it('running statistics move on with every timestep', async () => {
    const shape: NetworkShape = { network: made('layers'), classes, shape: [timesteps, 1, 2, 2] }
    const program = buildGradientProgram({ ...shape, batch, method: { name: 'sdt', criterion: 'cross-entropy' } })
    const values = initialVariables(program.info, 5)
    // Neurons that never fire: the shared layers see zeros, whose statistics are 0.
    values.get('conv1.norm.shift')?.fill(-50)
    const found = await runProgram(program, {
      ...Object.fromEntries(program.info.variables.map((spec) => [spec.name, { shape: spec.shape, data: values.get(spec.name) as Float32Array }])),
      frames: { shape: [timesteps, batch, 1, 2, 2], data: Float32Array.from({ length: timesteps * batch * pixels }, (_, i) => spread(i)) },
      onehot: { shape: [batch, classes], data: Float32Array.of(1, 0, 0, 1, 0, 1) },
    })
    expect(distance(found['next/conv2.norm.variance'] ?? [], [0.9 ** timesteps, 0.9 ** timesteps])).toBeLessThan(1e-6)
  })
})
