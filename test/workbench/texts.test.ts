import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openBench, temporaryFolder } from '../support/workbench.ts'

let remove = (): void => undefined
const root = temporaryFolder('texts', (done) => (remove = done))
const bench = openBench(join(root, 'library'))
afterAll(async () => {
  await bench.workbench.close()
  remove()
})

/** x;y;index;t in ms;p;word: nothing tells which column is which. */
function odd(path: string, events = 300): string {
  const lines = Array.from({ length: events }, (_, i) => `${i % 30};${i % 20};${i};${(i * 7) / 1000};${i % 2};word`)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `Camera dump\n${lines.join('\n')}\n`)
  return path
}
const reading = { columns: ['x', 'y', null, 't', 'p'] as ('t' | 'x' | 'y' | 'p' | null)[], unit: 'ms' as const, headerLines: 1, sensor: [32, 24] as [number, number] }

describe('recordings that are texts', () => {
  it('are read as told wherever they are read, until all is guessed again', async () => {
    const path = odd(join(root, 'odd.txt'))
    await expect(bench.call('recordings.open', { path })).rejects.toThrow(/How the text is read/)
    const before = await bench.call('recordings.preview-text', { path })
    expect(before).toMatchObject({ path, kept: null, columns: 6, layout: { columns: null, delimiter: ';', headerLines: 1 } })
    await bench.call('recordings.read-text', { path, reading })
    expect(await bench.call('recordings.preview-text', { path })).toMatchObject({ kept: { path, folder: false, reading }, layout: { columns: reading.columns, unit: 'ms' } })

    expect(await bench.call('recordings.open', { path })).toMatchObject({ format: 'csv', events: 300, width: 32, height: 24, tLast: 299 * 7 })
    const { t, x } = await bench.call('recordings.events', { path, from: 0, to: 1e6 })
    expect([[...t.subarray(0, 3)], x[5]]).toEqual([[0, 7, 14], 5])
    const { on, off } = await bench.call('recordings.rate', { path, bins: 4 })
    expect([...on, ...off].reduce((sum, n) => sum + n, 0)).toBe(300)
    const { shape, data } = await bench.call('recordings.frames', { path, framing: { timesteps: 3, resize: null } })
    expect(shape).toEqual([3, 2, 24, 32])
    expect(data.reduce((sum, n) => sum + n, 0)).toBe(300)
    const output = join(root, 'out.bin')
    await bench.done((await bench.call('recordings.convert', { path, output })).job)
    expect(await bench.call('recordings.open', { path: output })).toMatchObject({ events: 300, tLast: 299 * 7 })
    // The library reads it the same way, and keeps nothing beside it.
    await vi.waitFor(async () => {
      const { recordings } = await bench.call('library.recordings', { filter: 'odd.txt' })
      expect(recordings).toMatchObject([{ events: 300, width: 32, failure: null }])
    }, { timeout: 20_000, interval: 20 })
    expect(readdirSync(root).sort()).toEqual(['library', 'odd.txt', 'out.bin'])

    // Another way of reading is another recording, at once.
    await bench.call('recordings.read-text', { path, reading: { ...reading, unit: 'µs', columns: ['y', 'x', 't', null, 'p'] } })
    expect(await bench.call('recordings.open', { path })).toMatchObject({ events: 300, height: 30, tLast: 299 })
    expect((await bench.call('recordings.rate', { path, bins: 1 })).durationUs).toBe(299)
    await vi.waitFor(async () => {
      const { recordings } = await bench.call('library.recordings', { filter: 'odd.txt' })
      expect(recordings).toMatchObject([{ durationUs: 299 }])
    }, { timeout: 20_000, interval: 20 })
    await bench.call('recordings.read-text', { path, reading: null })
    await expect(bench.call('recordings.open', { path })).rejects.toThrow(/How the text is read/)
  })

  it('are imported from class folders, as told for the folder; the dataset grows by them', async () => {
    const folder = join(root, 'classes')
    for (const name of ['a/1.csv', 'a/2.csv', 'b/1.csv', 'b/2.csv']) odd(join(folder, name), 100 + name.charCodeAt(0) + name.charCodeAt(2))
    expect((await bench.call('datasets.preview', { folder })).files).toBe(0)
    await bench.call('recordings.read-text', { path: folder, reading })
    expect(await bench.call('recordings.preview-text', { path: join(folder, 'a/1.csv') })).toMatchObject({ kept: { path: folder, folder: true } })
    expect(await bench.call('datasets.preview', { folder })).toMatchObject({ files: 4, formats: { csv: 4 }, sensor: [24, 32] })
    const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Texts', framing: { timesteps: 2, resize: null } })
    await bench.done(job)
    expect(await bench.call('datasets.get', { id: dataset })).toMatchObject({ classes: ['a', 'b'], shape: [2, 2, 24, 32], skippedFiles: [] })
    const { samples } = await bench.call('datasets.samples', { id: dataset, from: 0, count: 9 })
    expect(samples.map(({ events, durationUs }) => [events, durationUs])).toEqual([246, 247, 247, 248].map((events) => [events, (events - 1) * 7]))
    odd(join(folder, 'b/3.csv'), 50)
    await bench.done((await bench.call('datasets.update', { id: dataset })).job)
    expect((await bench.call('datasets.samples', { id: dataset, from: 0, count: 9 })).total).toBe(5)
  })

  it('only texts have lines; what is not there can not be told of', async () => {
    const binary = join(root, 'a.bin')
    writeFileSync(binary, Buffer.from([0, 1, 2, 3, 4]))
    await expect(bench.call('recordings.preview-text', { path: binary })).rejects.toThrow('this is no text')
    await expect(bench.call('recordings.preview-text', { path: join(root, 'gone.csv') })).rejects.toThrow('no such file')
    await expect(bench.call('recordings.read-text', { path: join(root, 'gone.csv'), reading })).rejects.toThrow('no such file or folder')
    await expect(bench.call('recordings.read-text', { path: binary, reading: { columns: ['t', 'x', 'y'] } })).rejects.toThrow('t, x, y and p once each')
  })
})
