import { expect, it } from 'vitest'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import { Random } from '../../main/random.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { buildWindowProgram } from '../../main/snn/window-program.ts'
import { oneThread } from '../training/tiny.ts'
import { lively } from './lively.ts'

const engine = oneThread()
const shape = [3, 2, 8, 8] as const
const classes = 3
const network = networkSchema.parse({
  name: 'tiny', neuron: { threshold: 0.6 },
  layers: [{ type: 'conv', out: 6, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'residual', form: 'sew-add', out: 6 }],
})
const weights = lively(network, { classes, shape })

/** Pictures [count, C, H, W], each shown at every timestep: [count, T, C, H, W]. */
function shown(count: number): Float32Array {
  const random = new Random(3, 'pictures')
  const size = shape[1] * shape[2] * shape[3]
  const frames = new Float32Array(count * shape[0] * size)
  for (let i = 0; i < count; i++) {
    const picture = Float32Array.from({ length: size }, () => (i + 1) * (random.uniform() - 0.4))
    for (let t = 0; t < shape[0]; t++) frames.set(picture, (i * shape[0] + t) * size)
  }
  return frames
}

const built = (changes: { image?: boolean; still?: boolean; batch?: number }) => buildWindowProgram({ network, classes, shape, weights, spikeCounts: true, ...changes }).onnx
const runner = (changes: { image?: boolean; still?: boolean; batch?: number }) =>
  WindowRunner.open(engine, built(changes), [...shape], classes, { ...(changes.image && { input: 'image' as const }), ...(changes.batch !== undefined && { batch: changes.batch }) })

it.each([
  ['one image', { still: true, image: true }],
  ['one image, batches of 2', { still: true, image: true, batch: 2 }],
  ['frames of which the first is read', { still: true }],
  ['frames, batches of 4', { batch: 4 }],
])('%s: what the window computes of the same picture at every timestep, spikes counted', async (_, changes) => {
  const count = 3
  const frames = shown(count)
  const window = await runner({})
  const variant = await runner(changes)
  const [expected, found] = [await window.run(frames, count), await variant.run(frames, count)]
  await Promise.all([window.release(), variant.release()])
  found.perTimestep.forEach((value, i) => expect(value).toBeCloseTo(expected.perTimestep[i]!, 5))
  found.logits.forEach((value, i) => expect(value).toBeCloseTo(expected.logits[i]!, 5))
  // Logits that are alike everywhere would prove nothing.
  expect(new Set(expected.perTimestep).size).toBeGreaterThan(count * classes)
  expect(found.counts).toEqual(expected.counts)
  expect([...(found.counts?.keys() ?? [])]).toContain('conv1')
  for (const counts of found.counts?.values() ?? []) expect(counts.every((n) => Number.isInteger(n) && n > 0)).toBe(true)
})

it('the file with one image takes [N, C, H, W], and of a fixed batch no other', async () => {
  const loaded = await engine.load(built({ still: true, image: true, batch: 2 }), { device: 'cpu' })
  const image = (count: number) => ({ shape: [count, 2, 8, 8], data: new Float32Array(count * 128) })
  const logits = (count: number) => ({ shape: [count, classes], data: new Float32Array(count * classes) })
  expect(loaded.inputs).toEqual(['image'])
  await loaded.run({ image: image(2) }, { logits: logits(2) })
  await expect(loaded.run({ image: image(3) }, { logits: logits(3) })).rejects.toThrow()
  await loaded.release()
})
