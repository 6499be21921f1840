import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LookedAt, LookedAtCache } from '../../main/datasets/looked-at.ts'
import { rateOf, sliceOf } from '../../main/datasets/view.ts'
import { totalsOf } from '../../main/datasets/frames.ts'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { memorySource, openFile } from '../../main/events/source.ts'
import type { FileSource } from '../../main/events/source.ts'
import { eventsBetween, Scan } from '../../main/events/scan.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { temporaryFolder } from './made.ts'
import { recording } from './recordings.ts'

const nothing = () => {}

/** A million events in most of the 23-bit clock's range: one behind the other they are one long recording. */
const block = (() => {
  const events = recording(7, 1_000_000)
  for (let i = 0; i < events.length; i++) events.t[i] = i * 8
  return events
})()
const blocks = 60
const clock = 2 ** 23

/** Counts the bytes that are read from the file. */
function counting(): { open: (path: string) => FileSource; bytes: () => number } {
  let bytes = 0
  const open = (path: string): FileSource => {
    const source = openFile(path)
    let [start, end] = [0, 0]
    return {
      ...source,
      read(offset, length) {
        // What the source's own buffer of 512 KiB holds comes without reading.
        if (offset < start || offset + length > end) {
          bytes += Math.max(length, 1 << 19)
          ;[start, end] = [offset, offset + Math.max(length, 1 << 19)]
        }
        return source.read(offset, length)
      },
    }
  }
  return { open, bytes: () => bytes }
}

describe('a recording of 300 MB', () => {
  let path = ''
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-test-'))
    path = join(folder, 'long.bin')
    const bytes = encodeNmnist(block)
    writeFileSync(path, '')
    for (let i = 0; i < blocks; i++) appendFileSync(path, bytes)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows its first events at once, and any part after reading little', () => {
    const { open, bytes } = counting()
    const index = join(folder, 'index')
    const begun = performance.now()
    const look = new LookedAt(path, { index, open })
    look.advance(0, nothing)
    const first = performance.now() - begun
    expect(look.facts()).toMatchObject({ complete: false, width: 34, height: 34, tFirst: 0 })
    expect(look.facts().events).toBeGreaterThan(1000)
    expect(look.facts().share).toBeLessThan(0.1)
    expect(look.slice(0, 8000, 1e6).t.length).toBe(1000)
    expect(look.rate(10).on.reduce((sum, count) => sum + count, 0)).toBe(look.facts().on)
    expect(bytes()).toBeLessThan(16e6)

    let shares = 0
    for (let before = 0; !look.complete; shares++) {
      look.advance(20, nothing)
      expect(look.facts().share).toBeGreaterThanOrEqual(before)
      before = look.facts().share
    }
    const whole = performance.now() - begun
    expect(shares).toBeGreaterThan(3)
    expect(first).toBeLessThan(whole / 4)
    expect(look.facts()).toMatchObject({ complete: true, share: 1, events: 60e6, tLast: (blocks - 1) * clock + 999_999 * 8 })

    for (const at of [0, 17, 42, 59]) {
      const before = bytes()
      const slice = look.slice(at * clock + 80_000, at * clock + 160_000, 1e6)
      expect(slice.t.length).toBe(10_000)
      expect(slice.x).toEqual(block.x.slice(10_000, 20_000))
      expect([slice.start, slice.t[0], slice.t[9999]]).toEqual([at * clock + 80_000, 0, 9999 * 8])
      // A segment of 4 MB, and what is read ahead.
      expect(bytes() - before).toBeLessThan(8e6)
    }
    const read = bytes()
    const { on, off } = look.rate(600)
    expect(bytes()).toBe(read)
    expect(on.reduce((sum, count) => sum + count, 0)).toBe(look.facts().on)
    expect(off.reduce((sum, count) => sum + count, 0)).toBe(look.facts().off)
    const step = (look.facts().tLast! + 1) / 600
    const before = (time: number) => Math.floor(time / clock) * 1e6 + Math.min(1e6, Math.ceil((time % clock) / 8))
    // Bins of 33 ms (4,096 events) lie behind it; where parts cut one, its events are spread evenly.
    for (const [i, count] of on.entries()) {
      expect(Math.abs(count + off[i]! - (before((i + 1) * step) - before(i * step)))).toBeLessThan(2100)
    }
    look.close()

    // The next opening knows it all from the index.
    const again = counting()
    const next = new LookedAt(path, { index, open: again.open })
    expect(next.facts()).toEqual(look.facts())
    expect(next.slice(30 * clock, 30 * clock + 8000, 1e6).x).toEqual(block.x.slice(0, 1000))
    expect(next.rate(600)).toEqual({ on, off, durationUs: next.facts().tLast })
    expect(again.bytes()).toBeLessThan(12e6)
    next.close()

    // A damaged index is worth nothing, and is made anew.
    const [file] = readdirSync(index)
    const stored = readFileSync(join(index, file!), 'utf8')
    for (const damaged of [stored.slice(0, 500), stored.replace('"events":60000000', '"events":60000001'), '']) {
      writeFileSync(join(index, file!), damaged)
      const look = new LookedAt(path, { index })
      expect(look.complete).toBe(false)
      look.close()
    }
    expect(readdirSync(folder).sort()).toEqual(['index', 'long.bin'])
  })

  it('takes little memory to read, frame, seek and import', () => {
    const output = execFileSync(process.execPath, [join(import.meta.dirname, 'look-child.ts'), path], { encoding: 'utf8' })
    const { events, slice, same, megabytes } = JSON.parse(output) as { events: number; slice: number; same: boolean; megabytes: number }
    expect({ events, slice, same }).toEqual({ events: 60e6, slice: 2e6, same: true })
    expect(megabytes).toBeLessThan(400)
  })
})

describe('parts of a recording', () => {
  it('are the same from marks as from memory, also where time runs backwards', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -3000, max: 5000 }), fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }), (runs, begin, length) => {
        const times: number[] = []
        let t = 1e6
        for (const [step, count] of runs) for (let i = 0; i < count; i++) times.push((t = Math.max(1, t + step)))
        const events = recording(1, times.length, 128)
        events.t.set(times)
        const source = memorySource('a.aedat', encodeAedat2(events))
        const scan = new Scan(openRecording(source), 'a.aedat', source.size, 0)
        while (scan.step(0));
        const totals = totalsOf([events])
        expect(scan.extremes).toEqual(totals)
        const [from, to] = [begin, begin + length].map((share) => share * (totals.last - totals.first)) as [number, number]
        const between = eventsBetween(openRecording(source), scan.segments, totals.first + from, totals.first + to)
        expect(sliceOf(between, totals, from, to, 1e6)).toEqual(sliceOf([events], totals, from, to, 1e6))
        const exact = rateOf([events], totals, 16)
        const rate = scan.bins.rate(totals.first, totals.last, 16)
        // Which part an event near an edge falls into may differ; none is lost.
        const sums = (counts: Uint32Array) => counts.reduce((sum, count) => sum + count, 0)
        expect([sums(rate.on), sums(rate.off), rate.durationUs]).toEqual([sums(exact.on), sums(exact.off), exact.durationUs])
      }),
      { numRuns: 60 },
    )
  })
})

describe('the cache of recordings', () => {
  it('keeps the ones looked at last, and notices a file that was written again', () => {
    const folder = temporaryFolder()
    const paths = ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder, `${name}.bin`))
    paths.forEach((path, i) => writeFileSync(path, encodeNmnist(recording(i))))
    const cache = new LookedAtCache()
    const looks = paths.map((path) => cache.get(path))
    expect(cache.get(paths[4]!)).toBe(looks[4])
    expect(cache.get(paths[1]!)).toBe(looks[1])
    expect(cache.get(paths[0]!)).not.toBe(looks[0])
    writeFileSync(paths[1]!, encodeNmnist(recording(1, 300)))
    const changed = cache.get(paths[1]!)
    expect(changed).not.toBe(looks[1])
    expect(changed.whole(nothing).totals.events).toBe(300)
    expect(changed.whole(nothing)).toBe(changed.whole(nothing))
  })
})
