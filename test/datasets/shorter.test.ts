import { describe, expect, it } from 'vitest'
import { fillBatch } from '../../main/datasets/batches.ts'
import { openDataset } from '../../main/datasets/dataset.ts'
import { mergeFrames, mergeRule, spanOf } from '../../main/datasets/shorter.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { Random } from '../../main/random.ts'
import { makeDataset } from './made.ts'

const spans = (whole: number, merged: number) => Array.from({ length: merged }, (_, t) => [...spanOf(t, whole, merged)])

describe('fewer timesteps than a dataset has', () => {
  it('merging spreads all frames over the fewer, each once', () => {
    expect(spans(10, 2)).toEqual([[0, 5], [5, 10]])
    expect(spans(10, 4)).toEqual([[0, 2], [2, 5], [5, 7], [7, 10]])
    expect(spans(3, 3)).toEqual([[0, 1], [1, 2], [2, 3]])
  })

  it('counts add up, normalized frames are averaged, binary ones and surfaces keep the largest', () => {
    const rule = (framing: object) => mergeRule({ framing: framingSchema.parse(framing) })
    expect([rule({}), rule({ normalize: 'max' }), rule({ representation: 'binary' }), rule({ representation: 'time-surface' }), rule({ representation: 'voxel-grid' })])
      .toEqual(['sum', 'mean', 'max', 'max', 'sum'])
    const sample = Float32Array.of(1, 5, 3, 2, 8, 2)
    const made = (how: 'sum' | 'mean' | 'max') => {
      const out = new Float32Array(2)
      mergeFrames(sample, 0, 3, 2, how, out)
      return [...out]
    }
    expect([made('sum'), made('mean'), made('max')]).toEqual([[12, 9], [4, 3], [8, 5]])
  })

  it('fills batches with them', async () => {
    // T = 3 of 40 values: merged to two timesteps, the second is the sum of the last two.
    const { directory, values } = await makeDataset(5, [3, 2, 4, 5], 'uint16')
    const dataset = openDataset(directory)
    for (const merged of [2, 3]) {
      const batch = { frames: new Float32Array(2 * 1 * 40), onehot: new Float32Array(2) }
      fillBatch(dataset, [3], null, new Random(1), batch, { merged, timesteps: 2 })
      const of = (t: number) => Array.from(values.slice((3 * 3 + t) * 40, (3 * 3 + t + 1) * 40))
      const second = merged === 3 ? of(1) : of(1).map((value, i) => value + (of(2)[i] ?? NaN))
      expect([...batch.frames]).toEqual([...of(0), ...second])
    }
    expect(() => fillBatch(dataset, [0], null, new Random(1), { frames: new Float32Array(4 * 40), onehot: new Float32Array(2) }, { merged: 4, timesteps: 4 })).toThrow(/4 timesteps.*has 3/)
    dataset.close()
  })
})
