/** Every real file of the formats that are read, against independent decodes (shared/recordings/reference.json). */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collect } from '../../main/events/collect.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { inspect } from '../../main/events/inspect.ts'
import { readRecording } from '../../main/events/read.ts'
import type { RecordingFacts } from '../../main/events/schema.ts'
import { openFile } from '../../main/events/source.ts'
import { marksOf } from './passes.ts'

const folder = resolve(import.meta.dirname, '../../../shared/recordings')
const list = `${folder}/reference.json`
const present = existsSync(list)
const FORMATS = /^(aedat|nmnist|evt|dat$|es$|mat$)/
/** Taxels of a tactile sensor: no recording of events. */
const OTHER = 'mat/sample_stmnist.mat'

/** A stream without pixels: refused. */
const PIXELLESS = 'es/generic.es'

interface Reference {
  format: string
  bytes: number
  sensor?: [number, number] | [null, null]
  convention: string
  decode?: {
    events: number
    t_first_us?: number
    t_last_us?: number
    x_min?: number
    x_max?: number
    y_min?: number
    y_max?: number
    on?: number
    off?: number
    checksum?: { sum_t_mod_2_32: number; sum_x: number; sum_y: number; sum_p: number }
  }
}
interface Labelled {
  sensor: [number, number]
  rows: [
    file: string,
    label: string | number,
    bytes: number,
    events: number,
    first: number,
    last: number,
    t: number,
    x: number,
    y: number,
    on: number,
  ][]
}
const reference: { files: Record<string, Reference>; labelled: Record<string, Labelled> } = present
  ? (JSON.parse(readFileSync(list, 'utf8')) as never)
  : { files: {}, labelled: {} }

/** The reference in our coordinates: the origin of AEDAT 1, 2 and Event Stream lies at the lower left there. */
function expected({ decode, sensor, convention, bytes, format }: Reference): Partial<RecordingFacts> {
  const { events = 0, checksum } = decode ?? {}
  if (!decode || !checksum || !sensor)
    return {
      bytes,
      events,
      tFirst: null,
      tLast: null,
      on: 0,
      off: 0,
      xMin: null,
      xMax: null,
      yMin: null,
      yMax: null,
      checksum: { t: 0, x: 0, y: 0, p: 0 },
    }
  // Where the file doesn't tell its sensor, it ends with its last event.
  const [width, height] = [sensor[0] ?? decode.x_max! + 1, sensor[1] ?? decode.y_max! + 1]
  const bottom = height - 1
  // MATLAB counts pixels from 1.
  const first = format === 'mat' ? 1 : 0
  const turned = convention.includes('lower left') || format === 'es'
  return {
    bytes,
    width,
    height,
    events,
    tFirst: decode.t_first_us!,
    tLast: decode.t_last_us!,
    on: decode.on!,
    off: decode.off!,
    xMin: decode.x_min! - first,
    xMax: decode.x_max! - first,
    yMin: turned ? bottom - decode.y_max! : decode.y_min! - first,
    yMax: turned ? bottom - decode.y_min! : decode.y_max! - first,
    checksum: {
      t: checksum.sum_t_mod_2_32,
      x: checksum.sum_x - events * first,
      y: turned ? events * bottom - checksum.sum_y : checksum.sum_y - events * first,
      p: checksum.sum_p,
    },
  }
}

describe.skipIf(!present)(`real recordings (skipped where ${list} is absent)`, () => {
  const files = Object.entries(reference.files).filter(([name, file]) => FORMATS.test(file.format) && name !== PIXELLESS && name !== OTHER)

  it('covers every format that is read', () => {
    const kinds = new Set(files.map(([, file]) => file.format))
    expect([...kinds].sort()).toEqual([
      'aedat1',
      'aedat2-davis240',
      'aedat2-dvs128',
      'aedat2-header-only',
      'aedat31',
      'aedat4',
      'dat',
      'es',
      'evt2',
      'evt21',
      'evt3',
      'mat',
      'nmnist-bin',
    ])
  })

  it.each(files)('%s', (name, file) => {
    const path = `${folder}/${name}`
    expect(statSync(path).size).toBe(file.bytes)
    const facts = inspect(path)
    expect(facts).toMatchObject({ path, ...expected(file) })
    if (file.format !== 'aedat2-header-only') expect(facts.format).toBe(file.format)
    expect(readRecording(path).recording).toEqual(facts)
  })

  it.each([
    ['aedat2-header-only/sample_aedat_header.aedat', ['The recording holds no events']],
    ['aedat4/empty_stereo.aedat4', ['The recording holds no events']],
    ['aedat4/sample.unfinished.lz4.aedat4', ['not closed', 'last 12,588 bytes']],
  ])('%s says what is wrong with it', (name, messages) => {
    const { problems } = inspect(`${folder}/${name}`)
    expect(problems).toHaveLength(messages.length)
    messages.forEach((message, i) => expect(problems[i]!.message).toContain(message))
    for (const problem of problems) expect(problem.advice).toBeTruthy()
  })

  it('counts what it skips in a DAVIS recording', () => {
    const { details, problems } = inspect(`${folder}/aedat2-davis240/IMU_translBoxes.aedat`)
    expect(details).toMatchObject({ camera: 'DAVIS240C', 'IMU records skipped': '33837' })
    expect(problems).toEqual([])
  })

  it.each(files)('%s goes on from its marks', (name) => {
    const source = openFile(`${folder}/${name}`)
    try {
      const recording = openRecording(source)
      const all = collect(recording)
      const pass = recording.pass()
      if (!pass.mark) return
      const marks = marksOf(recording)
      for (const { mark, events } of [marks[0]!, marks[marks.length >>> 1]!, marks.at(-1)!]) {
        const later = collect({ ...recording, pass: () => recording.pass(mark) })
        expect(later.length).toBe(all.length - events)
        for (const column of ['t', 'x', 'y', 'p'] as const) expect(later[column]).toEqual(all[column].slice(events))
      }
    } finally {
      source.close()
    }
  })

  it('says that a generic event stream has no pixels', () => {
    expect(() => inspect(`${folder}/${PIXELLESS}`)).toThrow(/generic events: bytes of any meaning, without pixels/)
  })

  it.each(['nmnist-small', 'poker-dvs', 'poker-dvs-inverted-aedat2'])('labelled/%s, every file', (name) => {
    const { rows, sensor } = reference.labelled[name]!
    const turned = name.includes('aedat2')
    expect(rows.length).toBeGreaterThan(30)
    for (const [file, , bytes, events, tFirst, tLast, t, x, y, on] of rows) {
      const { recording, events: batch } = readRecording(`${folder}/${file}`)
      const wanted = { t, x, y: turned ? events * (sensor[1] - 1) - y : y, p: on }
      expect({ file, ...recording }).toMatchObject({
        file,
        bytes,
        events,
        tFirst,
        tLast,
        on,
        checksum: wanted,
        width: sensor[0],
        height: sensor[1],
        problems: [],
      })
      expect(batch.length).toBe(events)
    }
  })
})
