import { unzipSync, zipSync } from 'fflate'
import { expect, it } from 'vitest'
import { ForwardReader } from '../../main/events/forward-reader.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { memorySource } from '../../main/events/source.ts'
import { npzWriter } from '../../main/events/writers/npz.ts'
import { Random } from '../../main/random.ts'
import { randomBatch } from './make.ts'
import { memorySink } from './passes.ts'

const batch = randomBatch(200_000, 346, 260, 5000)
const archive = (() => {
  const sink = memorySink()
  npzWriter.write({ width: 346, height: 260, events: batch.length, tFirst: batch.t[0]!, tLast: batch.t.at(-1)!, batches: () => [batch] }, sink)
  return zipSync(unzipSync(sink.bytes()), { level: 1 })
})()

/** A deflated archive, and how many of its bytes were read. */
function opened() {
  const source = memorySource('a.npz', archive)
  let bytes = 0
  const recording = openRecording({
    ...source,
    read: (offset, length) => {
      const read = source.read(offset, length)
      bytes += read.length
      return read
    },
  })
  return { recording, bytes: () => bytes }
}

function* stretch(batches: Iterable<EventBatch>, begin: number, end: number): Iterable<number> {
  for (const { length, t } of batches) for (let i = 0; i < length; i++) if (t[i]! >= begin && t[i]! < end) yield t[i]!
}

it('gives every stretch whole, in any order', () => {
  const { recording } = opened()
  expect(recording.pass().mark).toBeUndefined()
  const reader = new ForwardReader(recording)
  const random = new Random(3)
  const last = batch.t.at(-1)!
  for (let i = 0; i < 40; i++) {
    const begin = random.below(last + 2000)
    const end = begin + random.below(i % 3 === 0 ? 200_000 : 3000)
    expect([...stretch(reader.between(begin, end), begin, end)]).toEqual([...batch.t].filter((t) => t >= begin && t < end))
  }
  expect([...stretch(reader.between(0, Infinity), 0, Infinity)]).toHaveLength(batch.length)
})

it('plays on without reading from the start', () => {
  const { recording, bytes } = opened()
  const reader = new ForwardReader(recording)
  const before = bytes()
  let events = 0
  for (let begin = 0; begin <= batch.t.at(-1)!; begin += 5000) events += [...stretch(reader.between(begin, begin + 5000), begin, begin + 5000)].length
  expect(events).toBe(batch.length)
  // Each column is read once.
  expect(bytes() - before).toBeLessThan(archive.length * 2)
})

it('goes on where a look was given up', () => {
  const { recording } = opened()
  const reader = new ForwardReader(recording)
  for (const part of reader.between(0, Infinity)) {
    expect(part.length).toBeGreaterThan(0)
    break
  }
  const [begin, end] = [100_000, 101_000]
  expect([...stretch(reader.between(begin, end), begin, end)]).toEqual([...batch.t].filter((t) => t >= begin && t < end))
})
