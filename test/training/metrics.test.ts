import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argmax, crossEntropy, isBetter, Measuring, softmax } from '../../main/training/metrics.ts'
import { trainingPresets } from '../../main/training/presets.ts'
import { learningRateOf } from '../../main/training/schedule.ts'
import { trainingConfigSchema } from '../../main/training/schema.ts'
import { firingWarnings } from '../../main/training/warnings.ts'

describe('Measuring', () => {
  // T = 2, batch = 3 of which the last is padding, 2 classes; [T, B, classes]
  const logits = Float32Array.of(2, 0, 0, 1, 9, 9, /* t = 1 */ 0, 1, 0, 3, 9, 9)

  it('gives loss and accuracy of the time mean, accuracy per timestep, and counts no padding', () => {
    const measuring = new Measuring(2, 2)
    measuring.add(logits, 3, [0, 0])
    const { samples, loss, accuracy, timestepAccuracy, confusion } = measuring.result
    // Time means: (1, 0.5), (0, 2).
    expect(loss).toBeCloseTo((Math.log(1 + Math.exp(-0.5)) + Math.log(1 + Math.exp(2))) / 2, 12)
    expect({ samples, accuracy, timestepAccuracy, confusion }).toEqual({
      samples: 2,
      accuracy: 0.5,
      timestepAccuracy: [0.5, 0],
      confusion: [
        [1, 1],
        [0, 0],
      ],
    })
  })

  it('gives the same figures whatever the batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.float({ noNaN: true, min: -50, max: 50 }), fc.float({ noNaN: true, min: -50, max: 50 }), fc.nat(1)), {
          minLength: 2,
          maxLength: 9,
        }),
        (rows) => {
          const whole = new Measuring(1, 2)
          whole.add(
            Float32Array.from(rows.flatMap(([a, b]) => [a, b])),
            rows.length,
            rows.map(([, , label]) => label),
          )
          const single = new Measuring(1, 2)
          for (const [a, b, label] of rows) single.add(Float32Array.of(a, b), 1, [label])
          expect(single.result).toEqual(whole.result)
        },
      ),
    )
  })
})

it('softmax and cross-entropy agree, also for large logits', () => {
  const logits = Float64Array.of(1000, 998, -1000)
  expect(softmax(logits).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  expect(-Math.log(softmax(logits)[1]!)).toBeCloseTo(crossEntropy(logits, 1), 9)
  expect(argmax(Float32Array.of(5, 1, 3, 3), 1, 3)).toBe(1)
})

it('best: higher accuracy, then lower loss, then the earlier epoch', () => {
  const best = { value: 0.5, testLoss: 1 }
  expect(isBetter({ testAccuracy: 0, testLoss: 9 }, null)).toBe(true)
  expect(isBetter({ testAccuracy: 0.6, testLoss: 9 }, best)).toBe(true)
  expect(isBetter({ testAccuracy: 0.5, testLoss: 0.9 }, best)).toBe(true)
  expect(isBetter({ testAccuracy: 0.5, testLoss: 1 }, best)).toBe(false)
  expect(isBetter({ testAccuracy: 0.4, testLoss: 0 }, best)).toBe(false)
})

it('cosine falls from the learning rate to 0 over all epochs, once per epoch', () => {
  const config = { schedule: 'cosine', learningRate: 0.001, epochs: 300 } as const
  expect(learningRateOf(config, 0)).toBe(0.001)
  expect(learningRateOf(config, 150)).toBeCloseTo(0.0005, 12)
  // torch.optim.lr_scheduler.CosineAnnealingLR(T_max=300) in the last epoch: 2.741536e-08
  expect(learningRateOf(config, 299)).toBeCloseTo(2.741536e-8, 13)
  expect(learningRateOf(config, 300)).toBe(0)
  expect(learningRateOf({ ...config, schedule: 'constant' }, 299)).toBe(0.001)
})

it('warns of silent and saturated layers only', () => {
  expect(
    firingWarnings([
      { layer: 'conv1', rate: 0.12 },
      { layer: 'conv2', rate: 0.001 },
      { layer: 'conv3', rate: 0.8 },
    ]),
  ).toEqual([])
  const [silent, saturated] = firingWarnings([
    { layer: 'conv2', rate: 0 },
    { layer: 'conv3', rate: 0.97 },
  ])
  expect(silent).toMatch(/^Layer conv2 is silent/)
  expect(saturated).toMatch(/^Layer conv3 is saturated \(spikes in 97 %/)
})

it('presets are valid settings under names of their own', () => {
  const network = { name: 'n', neuron: {}, layers: [{ type: 'dense', out: 4 }] }
  for (const { settings } of trainingPresets)
    expect(trainingConfigSchema.parse({ name: 'n', dataset: 'd', network, ...settings })).toMatchObject(settings)
  expect(new Set(trainingPresets.map(({ id }) => id)).size).toBe(trainingPresets.length)
  const dvs = trainingPresets.find(({ id }) => id === 'trt-dvs-cifar10')
  expect(dvs?.settings).toMatchObject({
    method: { eta: 0.001, lambda: 5e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
    epochs: 300,
    batchSize: 64,
    learningRate: 1e-3,
  })
})
