import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseCuts } from '../../main/datasets/cuts.ts'
import { datasetHash, openDataset } from '../../main/datasets/dataset.ts'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { previewFolder } from '../../main/datasets/preview.ts'
import { scanFolder } from '../../main/datasets/scan.ts'
import { importOptionsSchema } from '../../main/datasets/schema.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { recording, folderWith } from './recordings.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())

const header = 'class,startTime_usec,endTime_usec\n'
const part = ({ t, x, y, p }: EventBatch, start: number, end: number): EventBatch => {
  const rows = [...t.keys()].filter((i) => t[i]! >= start && t[i]! < end)
  return {
    length: rows.length,
    t: Float64Array.from(rows, (i) => t[i]!),
    x: Uint16Array.from(rows, (i) => x[i]!),
    y: Uint16Array.from(rows, (i) => y[i]!),
    p: Uint8Array.from(rows, (i) => p[i]!),
  }
}

describe('labels beside a recording', () => {
  it('are read with their units and columns, whatever the order', () => {
    expect(parseCuts(`${header}1,10,20\r\n2,30,45\n\n`, 'L')).toEqual({
      cuts: [
        { label: '1', start: 10, end: 20 },
        { label: '2', start: 30, end: 45 },
      ],
      problems: [],
    })
    expect(parseCuts('start_s;end_s;label\n0.5;1.25;wave', 'L').cuts).toEqual([{ label: 'wave', start: 500_000, end: 1_250_000 }])
    expect(parseCuts('begin_ms,end_ms,label\n1,2,wave', 'L').cuts).toEqual([{ label: 'wave', start: 1000, end: 2000 }])
    expect(parseCuts('3,10,20', 'L').cuts).toEqual([{ label: '3', start: 10, end: 20 }])
  })

  it('with faults say which line, and overlaps are kept', () => {
    const { cuts, problems } = parseCuts(`${header}1,10,20\n2,15,30\n3,40,40\nfour,five\n`, 'L')
    expect(cuts).toHaveLength(2)
    expect(problems.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'warning L, line 4: "3,40,40" is no labelled stretch and was left out',
      'warning L, line 5: "four,five" is no labelled stretch and was left out',
      'info L: 1 stretch overlaps another: events in both belong to both samples',
    ])
  })

  const events = recording(5, 4000, 128)
  const last = events.t.at(-1)!
  const quarter = Math.floor(last / 4)
  const gesture = () => ({
    'user01_led.aedat': encodeAedat2(events),
    'user01_led_labels.csv': `${header}1,0,${quarter}\n2,${quarter},${2 * quarter}\n10,${2 * quarter},${last + 1}\n`,
    'user02_led.aedat': encodeAedat2(events),
    'user02_led_labels.csv': `${header}2,0,${quarter}\n2,${quarter},${2 * quarter}\n1,${10 * last},${11 * last}\n`,
    'user03_lab.aedat': encodeAedat2(events),
    'gesture_mapping.csv': 'action,label\nhand_clapping,1\nright_hand_wave,2\nair_guitar,10\n',
    'trials_to_train.txt': 'user01_led.aedat\n',
    'trials_to_test.txt': 'user02_led.aedat\n',
    'README.txt': 'read me',
  })

  it('cut a folder as DVS128 Gesture has it: class names, split, what is left out', () => {
    const folder = folderWith(gesture())
    const { classes, files, problems } = scanFolder(folder)
    expect(classes).toEqual(['hand_clapping', 'right_hand_wave', 'air_guitar'])
    expect(files.map(({ file, label, split, cut }) => [file, label, split, ...cut!])).toEqual([
      ['user01_led.aedat', 0, 'train', 0, quarter],
      ['user02_led.aedat', 0, 'test', 10 * last, 11 * last],
      ['user01_led.aedat', 1, 'train', quarter, 2 * quarter],
      ['user02_led.aedat', 1, 'test', 0, quarter],
      ['user02_led.aedat', 1, 'test', quarter, 2 * quarter],
      ['user01_led.aedat', 2, 'train', 2 * quarter, last + 1],
    ])
    expect(problems.map(({ message }) => message)).toEqual([
      '2 recordings are cut into 6 samples by the labels files beside them',
      '1 recording has no _labels.csv beside and is left out, the first is user03_lab.aedat',
    ])
    const preview = previewFolder(folder, null, () => undefined)
    expect(preview).toMatchObject({ files: 6, sensor: [128, 128], formats: { aedat2: 2 }, bytes: 2 * encodeAedat2(events).length })
  })

  it('become samples of a dataset: frames, hash and manifest are those of the stretch', async () => {
    const folder = folderWith(gesture())
    const options = importOptionsSchema.parse({ folder, name: 'gesture', framing: { timesteps: 3, resize: null } })
    mkdirSync(join(folder, 'out'))
    const made = await importDataset(options, join(folder, 'out', 'gesture'), { pool })
    expect(made.skipped).toEqual([
      { file: 'user02_led.aedat', reason: expect.stringMatching(/^no events from \d+ to \d+ µs; the recording has them from/) as string },
    ])
    expect(made.samples.map(({ file, label, split, cut }) => [file, label, split, cut])).toEqual([
      ['user01_led.aedat', 0, 'train', [0, quarter]],
      ['user01_led.aedat', 1, 'train', [quarter, 2 * quarter]],
      ['user02_led.aedat', 1, 'test', [0, quarter]],
      ['user02_led.aedat', 1, 'test', [quarter, 2 * quarter]],
      ['user01_led.aedat', 2, 'train', [2 * quarter, last + 1]],
    ])
    const dataset = openDataset(join(folder, 'out', 'gesture'))
    made.samples.forEach(({ cut }, index) => {
      const stretch = part(events, ...cut!)
      expect(made.samples[index]).toMatchObject({ events: stretch.length, durationUs: stretch.t.at(-1)! - stretch.t[0]! })
      expect([...dataset.sample(index)]).toEqual([...eventsToFrames(stretch, [128, 128], options.framing).data])
    })
    dataset.close()
    // Another stretch of the same file is another dataset.
    const moved = made.samples.map((sample, i) => (i === 0 ? { ...sample, cut: [1, quarter] as [number, number] } : sample))
    expect(datasetHash({ ...made, samples: moved })).not.toBe(made.hash)
    const again = await importDataset(options, join(folder, 'out', 'again'), { pool })
    expect(again.hash).toBe(made.hash)
  })

  it('without a mapping or lists keep their numbers, in order, and the split is drawn', () => {
    const { 'gesture_mapping.csv': _, 'trials_to_train.txt': __, 'trials_to_test.txt': ___, ...files } = gesture()
    const { classes, files: found } = scanFolder(folderWith(files))
    expect(classes).toEqual(['1', '2', '10'])
    expect(found.every(({ split }) => split === null)).toBe(true)
  })

  it('that name no list leave their recording out', () => {
    const { classes, problems } = scanFolder(folderWith({ ...gesture(), 'trials_to_test.txt': '' }))
    expect(classes).toHaveLength(3)
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/no place in trials_to_train.txt or trials_to_test.txt.*user02_led/),
    )
  })
})

const real = '../shared/recordings/dvs128-gesture-labels/user01_natural_labels.csv'
describe.skipIf(!existsSync(real))(`a real labels file of DVS128 Gesture (skipped where ${real} is missing)`, () => {
  it('gives its twelve gestures', () => {
    const { cuts, problems } = parseCuts(readFileSync(real, 'utf8'), real)
    expect(problems).toEqual([])
    expect(cuts).toHaveLength(12)
    expect(cuts[0]).toEqual({ label: '1', start: 53_036_986, end: 59_508_469 })
    expect(cuts.map(({ label }) => Number(label))).toEqual([1, 2, 3, 5, 4, 6, 7, 8, 8, 9, 10, 11])
  })
})
