import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { Random } from '../../main/random.ts'
import { Feeder } from '../../main/training/feeder.ts'
import { makeDataset, temporaryFolder } from './tiny.ts'

async function setUp() {
  const dataset = openDataset(await makeDataset(join(temporaryFolder(), 'dataset')))
  const [whole] = dataset.shape
  const wanted = (first: number, timesteps = whole) => ({ indices: Int32Array.of(first, first + 1), timesteps, merged: whole })
  const empty = (timesteps = whole) => ({
    frames: new Float32Array((2 * timesteps * dataset.sampleLength) / whole),
    onehot: new Float32Array(2 * dataset.manifest.classes.length),
  })
  return { dataset, wanted, empty }
}
const augmentation = { flip: true, roll: 2, nda: 30, eventDrop: true }

describe('Feeder', () => {
  it('ahead in a worker and on this thread: the same batches, and the same random numbers after each', async () => {
    const { dataset, wanted, empty } = await setUp()
    const [ahead, here] = [new Feeder(dataset, augmentation, 'always', 2), new Feeder(dataset, augmentation, 'never')]
    const [a, b] = [new Random(3), new Random(3)]
    for (let first = 0; first < 5; first++) {
      const timesteps = first === 2 ? 1 : dataset.shape[0]
      const [one, other] = [empty(timesteps), empty(timesteps)]
      await ahead.fill(wanted(first, timesteps), a, one, wanted(first + 1, first === 1 ? 1 : undefined))
      await here.fill(wanted(first, timesteps), b, other)
      expect(one).toEqual(other)
      expect(a.state).toEqual(b.state)
    }
    await ahead.close()
    dataset.close()
  })

  it('what was prepared but is not asked for changes nothing', async () => {
    const { dataset, wanted, empty } = await setUp()
    const [ahead, here] = [new Feeder(dataset, augmentation, 'always', 2), new Feeder(dataset, augmentation, 'never')]
    const [a, b] = [new Random(3), new Random(3)]
    await ahead.fill(wanted(0), a, empty(), wanted(1))
    await here.fill(wanted(0), b, empty())
    const [one, other] = [empty(), empty()]
    await ahead.fill(wanted(4), a, one)
    await here.fill(wanted(4), b, other)
    expect(one).toEqual(other)
    // Nor do batches that are prepared from other random numbers.
    await ahead.fill(wanted(0), a, empty(), wanted(1))
    a.uint32()
    b.state = a.state
    await ahead.fill(wanted(1), a, one)
    await here.fill(wanted(1), b, other)
    expect(one).toEqual(other)
    await ahead.close()
    dataset.close()
  })

  it('follows the settings: where one thread is allowed no worker stands beside it, and the batches are the same', async () => {
    const { dataset, wanted, empty } = await setUp()
    const [one, two] = [new Feeder(dataset, augmentation, 'always', 1), new Feeder(dataset, augmentation, 'always', 2)]
    const [a, b] = [new Random(3), new Random(3)]
    for (let first = 0; first < 3; first++) {
      const [left, right] = [empty(), empty()]
      await one.fill(wanted(first), a, left, wanted(first + 1))
      await two.fill(wanted(first), b, right, wanted(first + 1))
      expect(left).toEqual(right)
    }
    expect([one.hasWorker, two.hasWorker]).toEqual([false, true])
    await two.close()
    expect(two.hasWorker).toBe(false)
    dataset.close()
  })

  it('a dataset that has changed under a run is refused by the worker, not trained on', async () => {
    const { dataset, wanted, empty } = await setUp()
    dataset.manifest.hash = 'as it was when the run began'
    const feeder = new Feeder(dataset, augmentation, 'always', 2)
    const random = new Random(3)
    await feeder.fill(wanted(0), random, empty(), wanted(1))
    await expect(feeder.fill(wanted(1), random, empty())).rejects.toThrow(/has changed since the run began/)
    await feeder.close()
    dataset.close()
  })
})
