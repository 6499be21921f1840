import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Framing } from '../../main/datasets/schema.ts'
import { cppModel } from '../../main/deployment/package/cpp.ts'
import type { ModelMetadata } from '../../main/deployment/metadata.ts'
import { framesOf, readRecording } from '../../main/deployment/package/frames/entry.ts'
import { goldenRecording } from '../../main/deployment/package/golden-recording.ts'
import { sampleFiles } from '../../main/deployment/package/samples.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import type { Filter } from '../../main/events/schema.ts'
import { csvWriter } from '../../main/events/writers/csv.ts'
import { npzWriter } from '../../main/events/writers/npz.ts'
import type { ByteSink, RecordingWriter } from '../../main/events/writers/writer.ts'
import { Random } from '../../main/random.ts'
import { compiler, numpy, python } from '../support/onnxruntime/native.ts'

const SIZE = 30
const plain: Framing = { timesteps: 4, splitBy: 'time', normalize: 'none', resize: null }

/** Events of a 30x30 sensor; every eighth comes from one pixel. @param pause largest µs between two */
function events(length: number, pause: number): EventBatch {
  const random = new Random(3, 'samples')
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  for (let i = 0, t = 500; i < length; i++, t += random.below(pause)) {
    const hot = i % 8 === 0
    ;[batch.t[i], batch.x[i], batch.y[i], batch.p[i]] = [t, hot ? 7 : random.below(SIZE), hot ? 9 : random.below(SIZE), random.below(2)]
  }
  // The sensor of files that don't tell it.
  ;[batch.x[0], batch.y[0]] = [SIZE - 1, SIZE - 1]
  return batch
}

function written(writer: RecordingWriter, batch: EventBatch): Uint8Array {
  const bytes: number[] = []
  const sink: ByteSink = {
    get length() {
      return bytes.length
    },
    append: (more) => void bytes.push(...more),
    patch: (at, more) => more.forEach((byte, i) => (bytes[at + i] = byte)),
  }
  writer.write({ width: SIZE, height: SIZE, events: batch.length, tFirst: batch.t[0]!, tLast: batch.t.at(-1)!, batches: () => [batch] }, sink)
  return Uint8Array.from(bytes)
}

/** AEDAT 2.0 of a DAVIS346 (jAER: bit 31 no event, 22..30 y from below, 12..21 x from the right, 11 polarity), with a frame record. */
function davis({ length, t, x, y, p }: EventBatch): Uint8Array {
  const head = Buffer.from('#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.Davis346red\r\n#End Of ASCII Header\r\n', 'latin1')
  const records = Buffer.alloc(8 * (length + 1))
  records.writeUInt32BE(0x80000000, 0)
  for (let i = 0; i < length; i++) {
    records.writeUInt32BE(((259 - y[i]!) << 22 | (345 - x[i]!) << 12 | p[i]! << 11) >>> 0, 8 + i * 8)
    records.writeUInt32BE(t[i]!, 12 + i * 8)
  }
  return Buffer.concat([head, records])
}

/** Files of real cameras: jAER's DVS128 and DAVIS240, and N-MNIST. */
const real = ['aedat2-dvs128/alex_walking_again.aedat', 'aedat2-davis240/s16-bbad7n.aedat', 'nmnist-bin/sample_nmnist.bin'].map((name) => join(import.meta.dirname, '../../../shared/recordings', name)).filter((path) => existsSync(path))

const short = events(3001, 40)
const long = events(900, 40_000)
const recordings: Readonly<Record<string, Uint8Array>> = {
  'a.csv': written(csvWriter, short),
  'a.npz': written(npzWriter, short),
  'dvs128.aedat': encodeAedat2(short),
  'davis346.aedat': davis(short),
  // 18 s: its clock of 23 bits needs markers.
  'long.bin': Uint8Array.from(encodeNmnist(long)),
  ...Object.fromEntries(real.map((path) => [basename(path), Uint8Array.from(readFileSync(path))])),
}

interface Case {
  readonly file: string
  readonly framing: Framing
  readonly filters: readonly Filter[]
  /** Largest difference from Saccade's frames: 0 where all is whole numbers, else the last bits of single precision. */
  readonly most: number
}
const single = 2e-6
/** Of hundreds of numbers, in another order. */
const sums = 4e-5
const made = (name: string, framing: Partial<Framing>, most: number, filters: readonly Filter[] = [], file = 'a.csv'): [string, Case] => [name, { file, framing: { ...plain, ...framing }, filters, most }]
const everyFilter: Filter[] = [
  { type: 'crop', x: 2, y: 1, width: 26, height: 40, moveOrigin: true }, { type: 'time-window', from: 3000, to: 55_000 }, { type: 'hot-pixels', sigma: 5, pixels: null },
  { type: 'flip', axis: 'horizontal' }, { type: 'rotate', degrees: 90 }, { type: 'downsample', factor: 2, merge: 300 }, { type: 'transpose' }, { type: 'polarity', keep: 'swap' },
  { type: 'refractory', period: 900 }, { type: 'background-activity', dt: 400 },
]
const cases = new Map<string, Case>([
  made('counts by number, the rest dropped', { splitBy: 'count', remainder: 'drop', timesteps: 7 }, 0),
  made('binary of fixed durations', { splitBy: 'duration', blockUs: 11_000, representation: 'binary' }, 0),
  made('divided by the maximum', { normalize: 'max' }, 0),
  made('the TRT code: divided by the maximum, 8-bit resizing', { splitBy: 'count', normalize: 'max', resize: [48, 17], resizing: 'uint8' }, 0),
  made('resized, larger and smaller', { resize: [48, 17] }, sums),
  made('a time surface', { representation: 'time-surface', tau: 9000, splitBy: 'count', remainder: 'drop' }, single),
  made('a voxel grid in time', { representation: 'voxel-grid' }, sums),
  made('a voxel grid by number, the rest dropped', { representation: 'voxel-grid', splitBy: 'count', remainder: 'drop', timesteps: 6 }, sums),
  made('every filter', {}, 0, everyFilter),
  made('filters with their other settings', {}, 0, [
    { type: 'crop', x: 5, y: 5, width: 20, height: 20, moveOrigin: false }, { type: 'hot-pixels', sigma: 5, pixels: [[7, 9], [400, 0]] }, { type: 'flip', axis: 'vertical' },
    { type: 'rotate', degrees: 270 }, { type: 'downsample', factor: 4, merge: 0 }, { type: 'polarity', keep: 'on' }, { type: 'polarity', keep: 'merge' }, { type: 'time-window', from: 20_000, to: null },
  ]),
  // The exact time of the latest event of each pixel is seen in a time surface.
  ...['a.npz', 'dvs128.aedat', 'davis346.aedat', 'long.bin', ...real.map((path) => basename(path))].map((file) => made(`of ${file}`, { representation: 'time-surface' }, single, [], file)),
])

const pythonFrames = `import json, sys
from pathlib import Path
import numpy as np
from filters import apply_filters
from framing import make_frames
from recording import read_recording
for i, case in enumerate(json.loads(Path("cases.json").read_text())):
    make_frames(apply_filters(read_recording(Path(case["file"])), case["filters"]), case["framing"]).tofile("python-%d" % i)
try:
    read_recording(Path("a.raw"))
except ValueError as error:
    print(error)
`
/** All cases by one program: the compiler takes seconds. */
const cppFrames = `#include "framing.hpp"
int main(int, char** argv) {
  for (std::size_t i = 0; i < models.size(); i++) {
    model = models[i];
    Recording r = read_recording(argv[i + 1]);
    apply_filters(r, model.filters);
    const auto frames = make_frames(r);
    std::ofstream("cpp-" + std::to_string(i), std::ios::binary).write(reinterpret_cast<const char*>(frames.data()), std::streamsize(frames.size() * 4));
  }
  try { read_recording("a.raw"); } catch (const std::exception& error) { std::puts(error.what()); }
}
`

describe(`a package's samples make the frames of training${real.length === 0 ? ' (without recordings of real cameras, which lie in ../shared/recordings)' : ''}`, () => {
  let folder: string
  /** By Saccade itself, case by case. */
  const known: Float32Array[] = []
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-samples-'))
    for (const [name, content] of await sampleFiles()) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    for (const [name, bytes] of Object.entries(recordings)) writeFileSync(join(folder, name), bytes)
    writeFileSync(join(folder, 'cases.json'), JSON.stringify([...cases.values()]))
    for (const { file, framing, filters } of cases.values()) known.push(framesOf(await readRecording(file, recordings[file]!), { framing, filters, shape: shapeOf(framing, filters, file) }))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function expectFrames(language: string): void {
    for (const [i, [name, { most }]] of [...cases].entries()) {
      const frames = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${language}-${i}`))).buffer)
      expect(frames.length, name).toBe(known[i]!.length)
      expect(frames.some((value) => value > 0), name).toBe(true)
      expect(frames.reduce((largest, value, at) => Math.max(largest, Math.abs(value - known[i]![at]!)), 0), name).toBeLessThanOrEqual(most)
    }
  }

  it('TypeScript: the bundle that goes along, the same to the last bit', async () => {
    // By Node itself, not by the tests' own way of loading modules.
    const bundle = createRequire(import.meta.url)(join(folder, 'typescript/frames.js')) as { framesOf: typeof framesOf; readRecording: typeof readRecording }
    for (const [i, [name, { file, framing, filters }]] of [...cases].entries())
      expect(bundle.framesOf(await bundle.readRecording(file, recordings[file]!), { framing, filters, shape: shapeOf(framing, filters, file) }), name).toEqual(known[i])
  })

  it.skipIf(!numpy)(`Python${numpy ? '' : ` (skipped: ${python} has no numpy)`}`, () => {
    const env = { ...process.env, PYTHONPATH: join(folder, 'python'), PYTHONDONTWRITEBYTECODE: '1' }
    const said = execFileSync(python, ['-c', pythonFrames], { cwd: folder, env, encoding: 'utf8' })
    expectFrames('python')
    expect(said).toContain('saccade convert a.raw a.npz')
  })

  it.skipIf(!compiler)(`C++${compiler ? '' : ' (skipped: no g++)'}`, () => {
    const models = [...cases.values()].map(({ file, framing, filters }) => cppModel({ labels: [], framing, filters: [...filters], shape: shapeOf(framing, filters, file) }))
    writeFileSync(join(folder, 'cpp/model.hpp'), `#pragma once\n#include "settings.hpp"\ninline Model model;\nconst std::vector<Model> models{${models.join(',\n')}};\n`)
    writeFileSync(join(folder, 'frames.cpp'), cppFrames)
    execFileSync('g++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-Icpp', 'frames.cpp', '-o', 'frames'], { cwd: folder })
    const said = execFileSync(join(folder, 'frames'), [...cases.values()].map(({ file }) => file), { cwd: folder, encoding: 'utf8' })
    expectFrames('cpp')
    expect(said).toContain('saccade convert a.raw')
  })
})

it("the golden recording has a sensor that the model's filters make its own of", () => {
  const model = { filters: everyFilter, framing: plain, sensor: [15, 13], shape: [4, 2, 15, 13] } as unknown as ModelMetadata
  const golden = goldenRecording(model)
  expect(golden?.sensor).toEqual([31, 28])
  expect(golden?.frames.shape).toEqual(model.shape)
  expect(goldenRecording({ ...model, filters: [{ type: 'time-window', from: 1e9, to: null }] })).toBeUndefined()
  expect(goldenRecording({ ...model, normalization: { mean: [0], std: [1], source: '' } })).toBeUndefined()
})

/** [T, 2, H, W] of a case. */
function shapeOf({ timesteps, resize }: Framing, filters: readonly Filter[], file: string): [number, number, number, number] {
  const own = /^(dvs128|alex)/.test(file) ? [128, 128] : file.startsWith('davis') ? [260, 346] : file.startsWith('s16') ? [180, 240] : file.endsWith('.bin') ? [34, 34] : [SIZE, SIZE]
  const [height = 0, width = 0] = resize ?? (filters === everyFilter ? [15, 13] : filters.length > 0 ? [8, 8] : own)
  return [timesteps, 2, height, width]
}
