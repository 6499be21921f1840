/** The framing presets against what they are named after (what the papers' code and SpikingJelly's datasets/__init__.py compute). */
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { resizePlanesUint8 } from '../../main/datasets/resize-uint8.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { applyFilters } from '../../main/events/filters/index.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { filtersSchema } from '../../main/events/schema.ts'
import { framingPresets, presetOf } from '../../preload/contract/framing-presets.ts'
import { eventsOf } from './events.ts'
import { recording } from './recordings.ts'

const preset = (name: string) => framingPresets.find((one) => one.name === name)!
const side = 128

/** Frames of events of a 128x128 sensor as a preset makes them, at the sensor's size where `resize` is null. */
function framed(name: string, events: EventBatch, resize: [number, number] | null = null, timesteps = 10) {
  const { framing, filters } = preset(name)
  const filtered = applyFilters({ sensor: [side, side], first: events.t[0] ?? 0, batches: () => [events] }, filters)
  const kept = [...filtered.batches()].flatMap(({ length, t, x, y, p }) => Array.from({ length }, (_, i) => [t[i]!, x[i]!, y[i]!, p[i]!] as const))
  return eventsToFrames(eventsOf(kept), filtered.sensor, { ...framing, timesteps, resize }).data
}

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0

describe('framing presets', () => {
  it('are valid rules and recognized as themselves, also with another T or size', () => {
    for (const one of framingPresets) {
      expect(framingSchema.parse(one.framing)).toEqual(one.framing)
      expect(filtersSchema.parse(one.filters)).toEqual(one.filters)
      expect(presetOf({ ...one.framing, timesteps: 4, resize: [32, 32] }, one.filters)?.name).toBe(one.name)
    }
    expect(presetOf({ ...preset('TET').framing, representation: 'voxel-grid' }, [])).toBeNull()
  })

  it('TRT code: T blocks of N div T events without the remainder, 1 for any event at [1, x, raw y], channel 0 empty', () => {
    const events = recording(3, 1237, side)
    const expected = new Float32Array(10 * 2 * side * side)
    // dat2mat: x = 127 - raw x, y raw (upwards, ours downwards); polarity +1 and -1 both index channel 1 of 2; frames[p, x, y] += 1
    // does not add up repeated indices.
    for (let i = 0; i < 10 * Math.floor(1237 / 10); i++) expected[((Math.floor(i / 123) * 2 + 1) * side + events.x[i]!) * side + (127 - events.y[i]!)] = 1
    expect(framed('TRT code', events)).toEqual(expected)
  })

  it('TRT code and TET resize each channel as an 8-bit image', () => {
    const events = recording(4, 3000, side)
    for (const name of ['TRT code', 'TET']) {
      const small = framed(name, events, [48, 48])
      expect(small).toEqual(resizePlanesUint8(framed(name, events), 20, [side, side], [48, 48]))
      expect(small.every((value) => Math.abs(value * 255 - Math.round(value * 255)) < 1e-4)).toBe(true)
    }
  })

  it('TET: counts of both polarities without the remainder, each frame divided by its maximum', () => {
    const events = recording(5, 1009, side)
    const expected = new Float32Array(10 * 2 * side * side)
    for (let i = 0; i < 1000; i++) expected[((Math.floor(i / 100) * 2 + events.p[i]!) * side + events.y[i]!) * side + events.x[i]!]! += 1
    for (let frame = 0; frame < 10; frame++) {
      const values = expected.subarray(frame * 2 * side * side, (frame + 1) * 2 * side * side)
      const most = values.reduce((largest, value) => Math.max(largest, value), 0)
      values.forEach((value, i) => (values[i] = value / most))
    }
    expect(framed('TET', events)).toEqual(expected)
  })

  it('fixed duration: blocks from the first event on; later events are left out, what is shorter ends with empty frames', () => {
    const events = eventsOf([[500, 1, 2, 1], [100_499, 1, 2, 1], [100_500, 3, 4, 0], [400_499, 5, 6, 1], [400_500, 7, 8, 1]])
    const data = framed('fixed duration', events, null, 4)
    expect([...data.entries()].filter(([, value]) => value > 0).map(([i, value]) => [Math.floor(i / (2 * side * side)), value])).toEqual([[0, 2], [1, 1], [3, 1]])
    expect(framed('fixed duration', eventsOf([[0, 0, 0, 1]])).reduce((sum, value) => sum + value, 0)).toBe(1)
  })

  describe.skipIf(!hasNumpy)('against NumPy (skipped where python3 has no numpy)', () => {
    for (const [name, splitBy] of [['SpikingJelly by number', 'number'], ['SpikingJelly by time', 'time']] as const) {
      it(`${name}: the frames of integrate_events_by_fixed_frames_number`, () => {
        const events = recording(6, 4321, side)
        // j_l, j_r as SpikingJelly's documentation defines them; frames by counting flat positions.
        const program = `
import json, sys, numpy as np
e = json.load(sys.stdin); t, x, y, p = (np.array(e[k]) for k in 'txyp'); M = 10; N = len(t)
frames = np.zeros((M, 2, ${side} * ${side}))
for j in range(M):
    if '${splitBy}' == 'number':
        l, r = N // M * j, N if j == M - 1 else N // M * (j + 1)
    else:
        dT = (t[-1] - t[0]) // M
        l = np.searchsorted(t, t[0] + dT * j, 'left')
        r = N if j == M - 1 else np.searchsorted(t, t[0] + dT * (j + 1), 'left')
    for c in range(2):
        m = p[l:r] == c
        frames[j, c] = np.bincount((y[l:r] * ${side} + x[l:r])[m], minlength=${side} * ${side})
at = np.flatnonzero(frames); print(json.dumps([at.tolist(), frames.ravel()[at].tolist()]))`
        const input = JSON.stringify({ t: [...events.t], x: [...events.x], y: [...events.y], p: [...events.p] })
        const [places, values] = JSON.parse(execFileSync('python3', ['-c', program], { input, encoding: 'utf8', maxBuffer: 1 << 26 })) as [number[], number[]]
        const expected = new Float32Array(10 * 2 * side * side)
        places.forEach((place, i) => (expected[place] = values[i]!))
        expect(framed(name, events)).toEqual(expected)
      })
    }
  })
})

describe('8-bit resizing', () => {
  it('rounds to 255ths after rows and after columns, weights in fixed point of 22 bits', () => {
    // 4 -> 2: triangle of half-width 2 around 1 and 3 (centres 0.5 .. 3.5): weights 3, 3, 1 (and its mirror image) of 7.
    const bits = [3, 3, 1].map((weight) => Math.trunc(0.5 + (weight / 7) * 2 ** 22))
    const blend = (a: number, b: number, c: number) => Math.floor((a * bits[0]! + b * bits[1]! + c * bits[2]! + 2 ** 21) / 2 ** 22)
    const rows = [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0.5, 0], [1, 1, 1, 1]]
    const narrow = rows.map((row) => row.map((value) => Math.trunc(value * 255))).map(([a, b, c, d]) => [blend(a!, b!, c!), blend(d!, c!, b!)])
    const expected = [0, 1].map((x) => [blend(narrow[0]![x]!, narrow[1]![x]!, narrow[2]![x]!), blend(narrow[3]![x]!, narrow[2]![x]!, narrow[1]![x]!)])
    const data = resizePlanesUint8(Float32Array.from(rows.flat()), 1, [4, 4], [2, 2])
    expect([...data].map((value) => Math.round(value * 255))).toEqual([expected[0]![0], expected[1]![0], expected[0]![1], expected[1]![1]])
  })
  it('keeps what is constant, cuts off above 1, and leaves frames of the right size alone', () => {
    expect(resizePlanesUint8(new Float32Array(30 * 20).fill(1), 1, [30, 20], [7, 33]).every((value) => value === 1)).toBe(true)
    expect(resizePlanesUint8(new Float32Array(8 * 8).fill(9), 1, [8, 8], [4, 8]).every((value) => value === 1)).toBe(true)
    const same = Float32Array.of(0.123, 9, 0, 4)
    expect(resizePlanesUint8(same, 1, [2, 2], [2, 2])).toBe(same)
  })
})
