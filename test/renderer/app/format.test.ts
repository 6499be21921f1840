import { describe, expect, it } from 'vitest'
import {
  baseName,
  bytes,
  compact,
  count,
  duration,
  figure,
  folderOf,
  percent,
  percentMark,
  plural,
  seconds,
  shortPath,
  since,
  timecode,
} from '../../../renderer/app/format.ts'

describe('figures as people read them', () => {
  it.each([
    [0, '0'],
    [1234567, '1,234,567'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('count %s', (value, text) => expect(count(value)).toBe(text))
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 k'],
    [13_928, '13.9 k'],
    [999_499, '999 k'],
    [999_950, '1 M'],
    [1_360_000_000, '1.36 G'],
    [0.01234, '0.0123'],
  ])('compact %s', (value, text) => expect(compact(value)).toBe(text))
  it('joins a unit to the prefix', () => {
    expect(compact(13_928, 'Ev/s')).toBe('13.9 kEv/s')
    expect(compact(12, 'Ev/s')).toBe('12 Ev/s')
    expect(bytes(999)).toBe('999 B')
    expect(bytes(20_600_000)).toBe('20.6 MB')
  })
  it.each([
    [0, '0 µs'],
    [850, '850 µs'],
    [1000, '1 ms'],
    [33_000, '33 ms'],
    [310_500, '310.5 ms'],
    [1e6, '1 s'],
    [12_134_071, '12.13 s'],
    [245e6, '4:05 min'],
    [3_723e6, '1:02:03 h'],
    [null, '–'],
  ])('duration %s µs', (us, text) => expect(duration(us)).toBe(text))
  it('writes the time of one recording always in the same unit', () => {
    expect(timecode(20_000, 310_000)).toBe('20.00 ms')
    expect(timecode(20_000, 12e6)).toBe('0.020 s')
    expect(timecode(65_250_000, 600e6)).toBe('1:05.250')
    expect(timecode(59_999_900, 600e6)).toBe('1:00.000')
  })
  it.each([
    [9.94, '9.9 s'],
    [42, '42 s'],
    [200, '3 min 20 s'],
    [7260, '2 h 1 min'],
    [null, '–'],
  ])('seconds %s', (value, text) => expect(seconds(value)).toBe(text))
  it('writes shares', () => {
    expect(percent(0.9312)).toBe('93.1 %')
    expect(percent(null)).toBe('–')
    expect(percentMark(0.8)).toBe('80 %')
    expect(percentMark(0.025)).toBe('2.5 %')
  })
  it.each([
    [0, '0'],
    [0.38612, '0.3861'],
    [3.9e-7, '3.9e-7'],
    [9.1918, '9.192'],
    [undefined, '–'],
  ])('figure %s', (value, text) => expect(figure(value)).toBe(text))
  it('counts nouns', () => {
    expect(plural(1, 'file')).toBe('1 file')
    expect(plural(1200, 'class', 'classes')).toBe('1,200 classes')
  })
  it('tells when something was made', () => {
    const now = new Date('2026-11-21T12:00:00Z')
    expect(since('2026-11-21T11:59:30Z', now)).toBe('just now')
    expect(since('2026-11-21T11:55:00Z', now)).toBe('5 min ago')
    expect(since('2026-11-21T08:00:00Z', now)).toBe('4 h ago')
    expect(since('2026-11-20T08:00:00Z', now)).toBe('yesterday')
    expect(since('2026-11-03T08:00:00Z', now)).toBe('3 Nov 2026')
    expect(since('nonsense', now)).toBe('–')
  })
})

describe('paths of either kind of system', () => {
  it('takes them apart', () => {
    expect(baseName('/data/nmnist/00002.bin')).toBe('00002.bin')
    expect(baseName('C:\\data\\run\\')).toBe('run')
    expect(folderOf('/data/00002.bin')).toBe('/data')
    expect(folderOf('/00002.bin')).toBe('/')
    expect(folderOf('C:\\data\\a.bin')).toBe('C:\\data')
  })
  it('shortens in the middle, never beyond the asked length', () => {
    const path = '/home/someone/recordings/of/the/year/00002.bin'
    expect(shortPath(path, 100)).toBe(path)
    for (const length of [16, 24, 40]) expect(shortPath(path, length).length).toBeLessThanOrEqual(length)
    expect(shortPath(path, 30).endsWith('/00002.bin')).toBe(true)
  })
})
