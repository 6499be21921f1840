import { describe, expect, it } from 'vitest'
import { meanOverTime, StepRunner } from '../../main/deployment/step-runner.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { Random } from '../../main/random.ts'
import { type NetworkDescription, networkSchema } from '../../main/snn/schema.ts'
import { buildStepProgram } from '../../main/snn/step-program.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { hostTensor } from '../../main/training/state.ts'
import { oneThread } from '../training/tiny.ts'
import { lively } from './lively.ts'

const engine = oneThread()
const shape = [3, 2, 8, 8] as const
const classes = 3
const layers = [{ type: 'conv', out: 6, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'residual', form: 'spiking', out: 6 }, { type: 'residual', form: 'sew-add', out: 6 }, { type: 'dense', out: 8 }]
const made = (changes: object): NetworkDescription => networkSchema.parse({ name: 'tiny', neuron: { threshold: 0.3 }, layers, ...changes })

const frames = (count: number): Float32Array => {
  const random = new Random(2, 'frames')
  return Float32Array.from({ length: count * 3 * 2 * 64 }, () => (random.uniform() < 0.3 ? random.below(3) : 0))
}

const networks: readonly (readonly [string, NetworkDescription])[] = [
  ['the plain neuron, hard reset to 0', made({})],
  ['hard reset to another value, tau 1.7', made({ neuron: { threshold: 0.3, tau: 1.7, resetValue: -0.13 } })],
  ['soft reset', made({ neuron: { threshold: 0.3, reset: 'soft', tau: 1 } })],
  ['all of the neuron learned', made({ neuron: { learnTau: 'leak', learnThreshold: true, threshold: 0.3, learnInitial: true, smoothing: true } })],
  ['PLIF with sigmoid spikes', made({ neuron: { threshold: 0.3, learnTau: 'plif', sigmoidSpike: 10 } })],
  ['membranes that layers and channels share', made({ sharing: 'layers-channels' })],
  ['membranes that channels share, reset to another value', made({ sharing: 'channels', neuron: { threshold: 0.3, resetValue: -0.13 } })],
  ['membranes that layers share, reset to another value', made({ sharing: 'layers', neuron: { threshold: 0.3, resetValue: -0.13 } })],
]

describe('one timestep after the other', () => {
  it.each(networks)('is the window, bit by bit: %s', async (_, network) => {
    const weights = lively(network, { classes, shape })
    const options = { network, classes, shape, weights, firingRates: true }
    const window = await WindowRunner.open(engine, buildWindowProgram(options).onnx, [...shape], classes)
    const program = buildStepProgram(options)
    const step = await StepRunner.open(engine, program.onnx, [...shape], classes, program.states)
    const input = frames(2)
    const expected = await window.run(input, 2)
    const found = await step.run(input, 2)
    expect(found.perTimestep).toEqual(expected.perTimestep)
    expect(new Set(expected.perTimestep).size).toBeGreaterThan(6)
    // The mean of T logits: the runtime may add them in another order, so one unit in the last place is allowed.
    found.logits.forEach((value, i) => expect(Math.abs(value - (expected.logits[i] ?? NaN))).toBeLessThanOrEqual(2 ** -22 * Math.max(1, Math.abs(value))))
    expect([...found.rates.keys()]).toEqual([...expected.rates.keys()])
    for (const [layer, values] of expected.rates) {
      values.forEach((rate, i) => expect(found.rates.get(layer)?.[i], layer).toBeCloseTo(rate, 6))
      expect(Math.max(...values), layer).toBeGreaterThan(0)
    }
    await Promise.all([window.release(), step.release()])
  })

  it('starts a sample with zeros; a state that is left over changes the answer', async () => {
    const network = made({ neuron: {}, layers: layers.slice(0, 2) })
    const program = buildStepProgram({ network, classes, shape, weights: lively(network, { classes, shape }) })
    expect(program.states.map(({ input, shape: sizes }) => `${input} ${sizes.join('x')}`)).toEqual(['state/conv1 6x8x8', 'state/block1.conv1 6x4x4', 'state/block1 6x4x4'])
    const loaded = await engine.load(program.onnx, { device: 'cpu' })
    const logits = async (potential: number): Promise<Float32Array> => {
      const fetches = { logits: hostTensor([1, classes]) }
      const states = program.states.map(({ input, shape: sizes }) => [input, { ...hostTensor([1, ...sizes]), data: hostTensor([1, ...sizes]).data.fill(potential) }])
      await loaded.run({ frame: { shape: [1, 2, 8, 8], data: frames(1).subarray(0, 128) }, ...Object.fromEntries(states) }, fetches)
      return fetches.logits.data
    }
    const window = await WindowRunner.open(engine, buildWindowProgram({ network, classes, shape, weights: lively(network, { classes, shape }) }).onnx, [...shape], classes)
    expect(await logits(0)).toEqual((await window.run(frames(1), 1)).perTimestep.subarray(0, classes))
    expect(await logits(0.9)).not.toEqual(await logits(0))
    await Promise.all([window.release(), loaded.release()])
  })

  it('is refused where every timestep has parameters of its own', () => {
    const network = made({ norm: 'tebn' })
    expect(() => buildStepProgram({ network, classes, shape, weights: lively(network, { classes, shape }) })).toThrow(/parameters for each timestep \(TEBN\).*export it as a window/)
  })
})

it('meanOverTime adds in the order of time', () => {
  expect(meanOverTime(Float32Array.of(1, 2, 3, 4), 1, 2, 2)).toEqual(Float32Array.of(2, 3))
})
