import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { collect } from '../../main/events/collect.ts'
import { isText, previewText } from '../../main/events/formats/arrays/text-preview.ts'
import { openRecording } from '../../main/events/formats/index.ts'
import { memorySource } from '../../main/events/source.ts'
import { readingKey, textReadingSchema, useTextReadings, type TextReading } from '../../main/events/text-reading.ts'
import { keptFor, loadReadings, readingsIn, storedReadings } from '../../main/events/text-readings-file.ts'

const source = (text: string, path = 'a.csv') => memorySource(path, Buffer.from(text, 'latin1'))
function read(text: string, reading: TextReading | null) {
  useTextReadings(() => reading)
  const recording = openRecording(source(text))
  const { t, x, y, p } = collect(recording)
  return { recording, events: Array.from(t, (time, i) => [time, x[i], y[i], p[i]]) }
}
afterEach(() => useTextReadings(() => null))

describe('texts read as told', () => {
  const odd = 'Camera dump\nof 2 tests\n1;7;ab;0.5;2\n0;8;cd;1.25;3\n1;9;;2;4\n'
  it('columns, delimiter, unit, header lines and sensor go before what would be guessed', () => {
    expect(() => read(odd, null)).toThrow(/without lines of events.*How the text is read.*--columns/)
    const { recording, events } = read(odd, { columns: ['p', 'x', null, 't', 'y'], delimiter: ';', unit: 'ms', headerLines: 2, sensor: [20, 10] })
    expect(events).toEqual([
      [500, 7, 2, 1],
      [1250, 8, 3, 0],
      [2000, 9, 4, 1],
    ])
    expect([recording.width, recording.height]).toEqual([20, 10])
    expect(recording.details).toMatchObject({ Columns: 'p, x, ignored, t (ms), y', 'Sensor size': 'as told', 'Read as told': 'columns, delimiter, unit of time, header lines, sensor size' })
  })
  it('what is not told is guessed', () => {
    const text = '5 9 4 1\n6 3 2 0\n'
    expect(read(text, { unit: 's' }).events).toEqual([
      [5_000_000, 9, 4, 1],
      [6_000_000, 3, 2, 0],
    ])
    expect(read(text, { columns: ['x', 't', 'y', 'p'] }).events).toEqual([
      [9, 5, 4, 1],
      [3, 6, 2, 0],
    ])
    expect(read(text, { headerLines: 1 }).events).toEqual([[6, 3, 2, 0]])
  })
  it('who names the columns need not count the header', () => {
    const text = 'Camera dump\nof 2 tests, with 3 remarks, and more, and more\n\n9;7;ab;0.5;2\n0;8;cd;1.25;3\n'
    expect(read(text, { columns: ['x', 'p', null, 't', 'y'], unit: 's' }).events).toEqual([
      [500_000, 9, 2, 1],
      [1_250_000, 0, 3, 1],
    ])
  })
  it('words of other languages stand above and beside the events', () => {
    const text = Buffer.from('Größe in Bildpunkten\n1;7;schön;0.5;2\n0;8;;1.25;3\n', 'utf8').toString('latin1')
    expect(read(text, { columns: ['p', 'x', null, 't', 'y'], unit: 'ms' }).events).toEqual([
      [500, 7, 2, 1],
      [1250, 8, 3, 0],
    ])
    expect(previewText(source(text), { columns: ['p', 'x', null, 't', 'y'] }).lines.map((line) => line.text)).toEqual(['Größe in Bildpunkten', '1;7;schön;0.5;2', '0;8;;1.25;3'])
    // A folder's reading does not make texts of what is none.
    expect(() => read('\x00\x01\x02;1;2\n'.repeat(50), { columns: ['p', 'x', null, 't', 'y'] })).toThrow()
  })
  it('a sensor smaller than the coordinates does not lose events', () => {
    const { recording, events } = read('1,9,9,1\n2,0,0,0\n', { sensor: [4, 4] })
    expect([events.length, recording.width, recording.height]).toEqual([2, 10, 10])
  })
  it('columns behind the last one that counts may hold anything; Excel’s byte order mark is no digit', () => {
    expect(read('\xef\xbb\xbft,x,y,p,note\n1,2,3,1,"a, b"\n2,2,3,0,\n', null).events).toEqual([
      [1, 2, 3, 1],
      [2, 2, 3, 0],
    ])
    expect(read('\xef\xbb\xbf1,2,3,1\n2,2,3,0\n', null).events).toHaveLength(2)
  })
  it('any order, delimiter and unit gives the same events', () => {
    const event = fc.tuple(fc.nat(1e6), fc.nat(600), fc.nat(400), fc.nat(1))
    const columns = fc.shuffledSubarray(['t', 'x', 'y', 'p', null, null] as const, { minLength: 6 })
    const delimiter = fc.constantFrom(',', ';', '\t', ' ')
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), columns, delimiter, fc.constantFrom('ms', 'µs'), fc.nat(3), (events, order, cut, unit, header) => {
        const scale = unit === 'ms' ? 1000 : 1
        const lines = events.map(([t, x, y, p]) => order.map((role) => (role === null ? 'word' : { t: t / scale, x, y, p }[role])).join(cut))
        const text = [...Array.from({ length: header }, (_, i) => `1,2,3,${i}`), ...lines].join('\n')
        expect(read(text, { columns: [...order], delimiter: cut, unit, headerLines: header } as TextReading).events).toEqual(events)
      }),
    )
  })
  it('is part of what makes a recording the same', () => {
    useTextReadings((path) => (path === '/a.csv' ? { unit: 'ms' } : null))
    expect(readingKey('/b.csv')).toBe('')
    const one = readingKey('/a.csv')
    useTextReadings(() => ({ unit: 's' }))
    expect(readingKey('/a.csv')).not.toBe(one)
  })
  it('roles stand once each', () => {
    for (const columns of [['t', 'x', 'y'], ['t', 't', 'x', 'y', 'p'], ['t', 'x', 'y', 'q']]) expect(textReadingSchema.safeParse({ columns }).success).toBe(false)
  })
})

describe('the preview of a text', () => {
  it('shows the header as it is and events cut into cells, with what is guessed', () => {
    const { lines, columns, guess, layout } = previewText(source('# made by hand\nid,ts,x,y,pol\n1,100,5,6,1\r\n2,101,5,6,0\n'), null)
    expect(lines).toEqual([
      { number: 1, text: '# made by hand', header: true, cells: [] },
      { number: 2, text: 'id,ts,x,y,pol', header: true, cells: [] },
      { number: 3, text: '1,100,5,6,1', header: false, cells: ['1', '100', '5', '6', '1'] },
      { number: 4, text: '2,101,5,6,0', header: false, cells: ['2', '101', '5', '6', '0'] },
    ])
    expect(columns).toBe(5)
    expect(guess).toEqual({ delimiter: ',', headerLines: 2, columns: [null, 't', 'x', 'y', 'p'], unit: 'µs', sensor: null })
    expect(layout).toEqual(guess)
  })
  it('of what can not be told shows cells without names, so that somebody can', () => {
    const { columns, guess, layout } = previewText(source('notes\n1;2;3;4;5\n2;3;4;5;6\n'), { unit: 'ms' })
    expect([columns, guess.columns, guess.delimiter, guess.headerLines]).toEqual([5, null, ';', 1])
    expect(layout).toMatchObject({ columns: null, unit: 'ms' })
  })
  it('survives any text, and cuts long ones short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const { lines } = previewText(source(text), null)
        expect(lines.length).toBeLessThanOrEqual(24)
      }),
    )
    const long = previewText(source(`${'1,'.repeat(5000)}\n`.repeat(99)), null)
    expect(Math.max(...long.lines.map(({ cells }) => cells.length))).toBe(64)
  })
  it('tells text from other files', () => {
    expect([isText(source('1,2,3,4\n')), isText(source('\x00\x01')), isText(source(''))]).toEqual([true, false, false])
  })
})

describe('kept readings', () => {
  const ms: TextReading = { unit: 'ms' }
  const s: TextReading = { unit: 's' }
  it('of a file go before those of the nearest folder', () => {
    const kept = [
      { path: '/data', folder: true, reading: s },
      { path: '/data/deep', folder: true, reading: ms },
      { path: '/data/deep/a.csv', folder: false, reading: { unit: 'ns' } as TextReading },
    ]
    const unit = (path: string) => keptFor(kept, path)?.reading.unit
    expect(['/data/x.csv', '/data/deep/er/x.csv', '/data/deep/a.csv', '/other/a.csv', '/data2/a.csv'].map(unit)).toEqual(['s', 'ms', 'ns', undefined, undefined])
  })
  it('move with their library, are heard as soon as they are written, and damage costs nothing but them', () => {
    const library = mkdtempSync(join(tmpdir(), 'saccade-texts-'))
    try {
      const file = join(library, 'texts.json')
      const find = readingsIn(file)
      expect(find(join(library, 'a.csv'))).toBeNull()
      const kept = [
        { path: join(library, 'own/a.csv'), folder: false, reading: ms },
        { path: '/elsewhere/b.csv', folder: false, reading: s },
      ]
      const stored = storedReadings(file, kept)
      expect(stored.readings.map(({ path }) => path)).toEqual(['own/a.csv', '/elsewhere/b.csv'])
      writeFileSync(file, JSON.stringify(stored))
      expect(loadReadings(file)).toEqual(kept)
      expect([find(join(library, 'own/a.csv')), find('/elsewhere/b.csv')]).toEqual([ms, s])
      writeFileSync(file, JSON.stringify(storedReadings(file, kept.slice(1))))
      expect(find(join(library, 'own/a.csv'))).toBeNull()
      writeFileSync(file, '{"version":1,"readings":[{')
      expect(find('/elsewhere/b.csv')).toBeNull()
    } finally {
      rmSync(library, { recursive: true, force: true })
    }
  })
})
