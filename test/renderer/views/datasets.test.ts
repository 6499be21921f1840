import { describe, expect, it, vi } from 'vitest'
import { calls, type FolderPreview } from '../../../preload/contract/index.ts'
import { FramesCache } from '../../../renderer/views/datasets/frames-cache.ts'
import { framesBytes, importInput, initialForm, nameFor, obstacle, thingsOf } from '../../../renderer/views/datasets/import-form.ts'
import { recordingPath } from '../../../renderer/views/datasets/SampleGrid.tsx'
import { metadataRows, preparationOf } from '../../../renderer/views/models/metadata.ts'
import { logitLines } from '../../../renderer/views/models/TryPanel.tsx'
import { relativeBlocks } from '../../../renderer/views/recordings/session.ts'
import { resizeChoice } from '../../../renderer/widgets/FrameSize.tsx'
import { defaultFraming, framingText } from '../../../renderer/widgets/FramingControls.tsx'

const preview: FolderPreview = {
  folder: '/data/nmnist/Train',
  classes: [
    { name: '0', files: 5 },
    { name: '1', files: 6 },
  ],
  files: 11,
  bytes: 1000,
  formats: { 'nmnist-bin': 11 },
  sensor: [34, 34],
  problems: [],
}

describe('import', () => {
  it('takes the contract’s defaults for its own', () => {
    const { framing, testShare, seed } = calls['datasets.import'].input.parse({ folder: '/a', name: 'a', framing: {} })
    const form = initialForm(preview)
    expect(form.framing).toEqual(framing)
    expect([form.testPercent / 100, form.seed]).toEqual([testShare, seed])
    expect(calls['datasets.import'].input.safeParse(importInput(preview, form)).success).toBe(true)
  })
  it('names a set after the folder that tells most', () => {
    expect(nameFor('/data/nmnist/Train')).toBe('nmnist')
    expect(nameFor('/data/poker-dvs')).toBe('poker-dvs')
    expect(nameFor('C:\\sets\\gestures\\recordings')).toBe('gestures')
    expect(nameFor('/train')).toBe('train')
  })
  it('says why it can’t start', () => {
    const form = initialForm(preview)
    expect(obstacle(preview, form)).toBeNull()
    expect(obstacle({ ...preview, classes: [{ name: '0', files: 5 }] }, form)).toMatch(/two classes/)
    expect(obstacle(preview, { ...form, name: ' ' })).toMatch(/name/)
    expect(obstacle({ ...preview, files: 0 }, form)).toMatch(/no recording or picture/)
    expect(
      obstacle(
        { ...preview, files: 0, problems: [{ severity: 'error', message: 'recordings lie here', advice: 'Use subfolders.' }] },
        form,
      ),
    ).toBe('recordings lie here. Use subfolders.')
  })
  it('speaks of pictures where there are pictures', () => {
    const pictures: FolderPreview = { ...preview, kind: 'images', framing: { ...defaultFraming, timesteps: 4, resize: null } }
    expect(thingsOf(preview)).toEqual({ one: 'recording', Many: 'Recordings' })
    expect(thingsOf(pictures)).toEqual({ one: 'picture', Many: 'Pictures' })
    const form = initialForm(pictures)
    expect(importInput(pictures, { ...form, filters: [{ type: 'transpose' }] })).not.toHaveProperty('filters')
    expect(importInput(preview, { ...form, filters: [{ type: 'transpose' }] }).filters).toHaveLength(1)
    expect(framesBytes(pictures, { ...form.framing, timesteps: 6 })).toBe(framesBytes(pictures, form.framing))
  })
  it('foretells the size on disk', () => {
    expect(framesBytes(preview, defaultFraming)).toBe(11 * 10 * 2 * 48 * 48 * 4)
    expect(framesBytes(preview, { ...defaultFraming, resize: null })).toBe(11 * 10 * 2 * 34 * 34 * 4)
    expect(framesBytes({ ...preview, sensor: null }, { ...defaultFraming, resize: null })).toBeNull()
  })
  it('says framing in words', () => {
    expect(framingText(defaultFraming)).toBe('10 frames by event count, counts, 48×48')
    expect(framingText({ timesteps: 4, splitBy: 'time', normalize: 'max', resize: null })).toBe(
      '4 frames by time, divided by maximum, sensor size',
    )
    expect([resizeChoice(null), resizeChoice([48, 48]), resizeChoice([48, 64])]).toEqual(['sensor', '48x48', 'custom'])
  })
})

describe('samples', () => {
  it('finds the recording of a sample on either kind of system', () => {
    expect(recordingPath('/data/set/', '3/00002.bin')).toBe('/data/set/3/00002.bin')
    expect(recordingPath('C:\\set', '3/a.bin')).toBe('C:\\set\\3\\a.bin')
    expect(recordingPath('/data/set', '/elsewhere/a.bin')).toBe('/elsewhere/a.bin')
  })
  it('asks for a sample once, again after a failure, and anew when the dataset changed', async () => {
    const frames = { data: new Float32Array(1), shape: [1, 1, 1, 1] as [number, number, number, number] }
    const read = vi.fn((_: string, index: number) => (index === 9 ? Promise.reject(new Error('gone')) : Promise.resolve(frames)))
    const cache = new FramesCache(read)
    await Promise.all([cache.get('a', 'v1', 0), cache.get('a', 'v1', 0)])
    expect(read).toHaveBeenCalledTimes(1)
    await cache.get('a', 'v2', 0)
    expect(read).toHaveBeenCalledTimes(2)
    await expect(cache.get('a', 'v1', 9)).rejects.toThrow('gone')
    await expect(cache.get('a', 'v1', 9)).rejects.toThrow('gone')
    expect(read).toHaveBeenCalledTimes(4)
  })
  it('forgets the samples seen longest ago', async () => {
    const read = vi.fn(() => Promise.resolve({ data: new Float32Array(1), shape: [1, 1, 1, 1] as [number, number, number, number] }))
    const cache = new FramesCache(read)
    for (let index = 0; index < 501; index++) await cache.get('a', 'v', index)
    await cache.get('a', 'v', 500)
    expect(read).toHaveBeenCalledTimes(501)
    await cache.get('a', 'v', 0)
    expect(read).toHaveBeenCalledTimes(502)
  })
})

describe('models', () => {
  it('takes our metadata apart and leaves foreign as it is', () => {
    const metadata = {
      'saccade.framing': JSON.stringify(defaultFraming),
      'saccade.sensor': '[64,48]',
      'saccade.name': '"Shapes"',
      'saccade.labels': '["a","b"]',
      producer: 'someone',
      'saccade.broken': '{',
    }
    // Models from before there were filters have no entry for them.
    expect(preparationOf(metadata)).toEqual({ framing: defaultFraming, sensor: [64, 48], filters: [] })
    const filters = [{ type: 'transpose' }]
    expect(preparationOf({ ...metadata, 'saccade.filters': JSON.stringify(filters) })?.filters).toEqual(filters)
    expect(preparationOf({})).toBeNull()
    expect(preparationOf({ ...metadata, 'saccade.framing': '3' })).toBeNull()
    expect(metadataRows(metadata)).toEqual([
      ['framing.timesteps', '10'],
      ['framing.splitBy', 'count'],
      ['framing.normalize', 'none'],
      ['framing.resize', '48, 48'],
      ['sensor', '64, 48'],
      ['name', 'Shapes'],
      ['labels', 'a, b'],
      ['producer', 'someone'],
      ['broken', '{'],
    ])
  })
  it('draws the logits of the best classes', () => {
    const { x, lines } = logitLines(
      {
        model: '',
        recording: '',
        events: 1,
        classes: ['a', 'b', 'c'],
        top: [
          { label: 'c', probability: 0.9, logit: 2 },
          { label: 'a', probability: 0.1, logit: 1 },
        ],
        logitsPerTimestep: [
          [1, 0, 3],
          [1.5, 0, 2],
        ],
        latencyMs: { decode: 1, frames: 1, network: 1 },
        problems: [],
      },
      2,
    )
    expect(x).toEqual([1, 2])
    expect(lines.map((line) => [line.label, line.values])).toEqual([
      ['c', [3, 2]],
      ['a', [1, 1.5]],
    ])
  })
})

describe('recordings', () => {
  it('counts blocks from the first event, as the player does', () => {
    expect(
      relativeBlocks(
        [
          [1000, 1500],
          [1501, 2000],
        ],
        1000,
      ),
    ).toEqual([
      [0, 500],
      [501, 1000],
    ])
    expect(relativeBlocks([[0, 0]], null)).toEqual([[0, 0]])
  })
})
