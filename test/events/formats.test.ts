import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formats, recordingExtensions } from '../../main/events/formats/index.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { inspect } from '../../main/events/inspect.ts'
import { readRecording } from '../../main/events/read.ts'
import { RecordingError } from '../../main/events/recording.ts'
import { recordingFactsSchema } from '../../main/events/schema.ts'
import { encodeAedat31 } from './make-aedat31.ts'
import { encodeAedat4 } from './make-aedat4.ts'
import { eventsOf, open, randomBatch } from './make.ts'

const latin = (text: string, zeros = 200): Uint8Array => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(zeros)])

describe('what is no recording', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /the file is empty \(0 bytes\)/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n'),
      /Git LFS pointer.*git lfs pull/,
    ],
    ['Prophesee RAW in EVT4', latin('% format EVT4;height=720;width=1280\n% end\n'), /EVT4, whose encoding is not published.*convert/],
    ['Prophesee histograms', latin('% format HISTO3D;height=720;width=1280\n% end\n'), /event histograms \(HISTO3D\)/],
    ['Prophesee RAW of an unknown camera', latin('% Date 2019\n% system_ID 99\n'), /names neither its encoding nor a known camera/],
    ['DAT of triggers', latin('% Data file containing EventExtTrigger events.\n% Version 2\n\x0e\x08'), /external triggers \(type 14\)/],
    ['a generic Event Stream', latin('Event Stream\x02\x00\x00\x00'), /generic events.*without pixels/],
    ['HDF5', latin('\x89HDF\r\n\x1a\n'), /HDF5/],
    ['zip', latin('PK\x03\x04\x14\x00\x00\x00\x00\x00readme.txt'), /zip archive/],
    ['PNG', latin('\x89PNG\r\n\x1a\n'), /PNG picture/],
    ['JPEG', latin('\xff\xd8\xff\xe0'), /JPEG picture/],
    ['gzip', gzipSync(Buffer.alloc(1000)), /gzip archive.*Unpack/],
    ['AVI', latin('RIFF\x00\x00\x00\x00AVI '), /RIFF/],
    ['MP4', latin('\x00\x00\x00\x18ftypmp42'), /MP4/],
    ['a ROS bag', latin('#ROSBAG V2.0\n'), /ROS bag/],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>404</body></html>'), /web page.*download/],
    ['JSON', Buffer.from('{"events": []}'), /JSON/],
    ['CSV', Buffer.from('t,x,y,p\n0.1,3,4,1\n'.repeat(30)), /text file/],
    ['gesture labels', Buffer.from('class,startTime_usec,endTime_usec\n2,80048239,85092709\n'), /labels of a DVS128 Gesture/],
    ['a script', Buffer.from('#!/bin/sh\necho hello\n'), /script/],
    ['a later AEDAT', latin('#!AER-DAT5.0\r\n'), /AEDAT file of a version that is not known/],
    ['zeros', new Uint8Array(4000), /nothing but zeros/],
    [
      'noise',
      deflateRawSync(Buffer.from(Array.from({ length: 3000 }, (_, i) => i * i * i).join())),
      /no format known here \(it starts with/,
    ],
  ])('says that %s is that', (_, bytes, message) => {
    const failure = (): unknown => open(bytes, '/data/thing.dat')
    expect(failure).toThrow(RecordingError)
    expect(failure).toThrow(message)
    expect(failure).toThrow(/^\/data\/thing\.dat: /)
  })

  it('lists what can be read where nothing is known', () => {
    expect(() => open(Buffer.alloc(4000, 0xc7), 'a.xyz')).toThrow(
      /Saccade reads: AEDAT 4; AEDAT 3\.1; AEDAT 2; AEDAT 1; Prophesee RAW.*N-MNIST/,
    )
  })
})

describe('formats', () => {
  const batch = randomBatch(300, 34, 34, 1000)
  const files: [string, Uint8Array][] = [
    ['nmnist-bin', encodeNmnist(batch)],
    ['aedat2-dvs128', encodeAedat2(batch)],
    ['aedat31', encodeAedat31(batch)],
    ['aedat4', encodeAedat4(batch)],
  ]
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-formats-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('have ids and extensions of their own', () => {
    expect(new Set(formats.map((format) => format.id)).size).toBe(formats.length)
    for (const extension of recordingExtensions) expect(extension).toMatch(/^\.[a-z0-9]+$/)
    expect(recordingExtensions).toContain('.aedat4')
  })

  it.each(files)('%s is known by its content, whatever the file is called', (format, bytes) => {
    for (const name of ['a.aedat', 'a.bin', 'a.dat', 'a.raw', 'a']) expect(open(bytes, name).format).toBe(format)
  })

  it.each(files)('%s: inspect and readRecording tell the same from a file', (format, bytes) => {
    const path = join(folder, `${format}.rec`)
    writeFileSync(path, bytes)
    const facts = inspect(path)
    expect(recordingFactsSchema.parse(facts)).toEqual(facts)
    expect(facts).toMatchObject({ path, format, bytes: bytes.length, events: 300, tFirst: batch.t[0], tLast: batch.t[299], problems: [] })
    const { recording, events } = readRecording(path)
    expect(recording).toEqual(facts)
    expect(eventsOf(events)).toEqual(eventsOf(batch))
    for (const column of [events.t, events.x, events.y, events.p]) expect(column).toHaveLength(300)
  })

  it('reads files larger than its buffer', () => {
    const large = randomBatch(400_000, 128, 128, 5)
    for (const [name, bytes] of [
      ['large.bin', encodeNmnist(large)],
      ['large.aedat', encodeAedat2(large)],
      ['large31.aedat', encodeAedat31(large)],
    ] as const) {
      writeFileSync(join(folder, name), bytes)
      const { recording, events } = readRecording(join(folder, name))
      expect(recording.events).toBe(400_000)
      expect(Buffer.compare(Buffer.from(events.t.buffer), Buffer.from(large.t.buffer))).toBe(0)
      expect(Buffer.compare(Buffer.from(events.x.buffer), Buffer.from(large.x.buffer))).toBe(0)
      expect(inspect(join(folder, name))).toEqual(recording)
    }
  })

  it('names folders and files that are not there', () => {
    mkdirSync(join(folder, 'sub'))
    expect(() => inspect(join(folder, 'sub'))).toThrow(/this is a folder/)
    expect(() => inspect(join(folder, 'nothing.bin'))).toThrow(/there is no such file/)
    expect(() => inspect('/dev/null')).toThrow(/not a regular file/)
  })

  it.skipIf(process.platform === 'win32')('closes its file after a failure and after success', () => {
    const bad = join(folder, 'bad')
    const good = join(folder, 'good.bin')
    writeFileSync(bad, 'hello')
    writeFileSync(good, encodeNmnist(batch))
    // POSIX gives out the lowest free descriptor: a leak would move the next one.
    const next = (): number => {
      const descriptor = openSync(bad, 'r')
      closeSync(descriptor)
      return descriptor
    }
    const before = next()
    for (const reader of [inspect, readRecording]) {
      expect(() => reader(bad)).toThrow(RecordingError)
      reader(good)
    }
    expect(next()).toBe(before)
  })
})
