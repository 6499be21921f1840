import { describe, expect, it } from 'vitest'
import { framingPresets } from '../../../preload/contract/framing-presets.ts'
import type { Framing } from '../../../preload/contract/index.ts'
import { filterKinds } from '../../../renderer/widgets/filter-kinds.ts'
import { filterWords, preparationRows } from '../../../renderer/widgets/preparation.ts'

describe('how samples are made, in words', () => {
  it('names every filter with each of its settings', () => {
    const words = Object.values(filterKinds).map(({ start }) => filterWords(start))
    expect(words).toEqual([
      'background activity (support within 5 ms)',
      'refractory period of 1 ms',
      'hot pixels (above mean + 5 σ) silenced',
      'both polarities as ON',
      'crop to 64×64 at (0, 0)',
      'time from 0 µs to 1 s',
      '2×2 pixels joined',
      'mirrored left–right',
      'turned by 90° clockwise',
      'x and y swapped',
    ])
    expect(filterWords({ type: 'time-window', from: 1000, to: null })).toBe('time from 1 ms to the end')
    expect(filterWords({ type: 'downsample', factor: 4, merge: 500 })).toBe('4×4 pixels joined, events within 500 µs merged')
    expect(filterWords({ type: 'hot-pixels', sigma: 5, pixels: [[1, 2]] })).toBe('1 given pixel silenced')
  })
  it('names filters, framing rule, split, representation and size of what was made of events', () => {
    const [trt] = framingPresets
    if (!trt) throw new Error('no presets')
    expect(preparationRows({ framing: trt.framing, filters: trt.filters, sensor: [128, 128] })).toEqual([
      ['Filters', 'mirrored top–bottom → x and y swapped → both polarities as ON'],
      ['Framing rule', 'TRT code'],
      ['Frames', 'T = 10 frames of equally many events, what is left over dropped'],
      ['Frames hold', 'binary: 1 where there was any event of the polarity'],
      ['Frame size', '48×48, from 128×128, antialiased bilinear on 8-bit images'],
    ])
    const surface = { timesteps: 4, splitBy: 'time', normalize: 'max', resize: null, representation: 'time-surface', tau: 20_000 } as const
    expect(preparationRows({ framing: surface, sensor: [34, 68] })).toEqual([
      ['Filters', 'none: all events'],
      ['Frames', 'T = 4 frames of equal time'],
      ['Frames hold', 'time surface: exponential decay since the last event, τ 20 ms; each frame divided by its maximum'],
      ['Frame size', '68×34, the sensor’s'],
    ])
  })
  it('says nothing of events where there are none', () => {
    const framing: Framing = { timesteps: 4, splitBy: 'count', normalize: 'none', resize: [32, 32] }
    const normalization = { mean: [0.5], std: [0.25], source: 'the set itself' }
    const rows = preparationRows({ framing, sensor: [32, 32], normalization })
    expect(rows).toEqual([
      ['Frames', 'each picture is shown at all T = 4 timesteps'],
      ['Size', '32×32, as the pictures are'],
      ['Values', '(value − 0.5) / 0.25 per channel, from the set itself'],
    ])
  })
})
