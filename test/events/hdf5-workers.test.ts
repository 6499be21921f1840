/** HDF5 recordings where the workbench reads them: in worker threads that load the library when they meet the first one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runConversion } from '../../main/datasets/convert.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { hdf5 } from '../../main/events/formats/hdf5/library.ts'
import { inspect } from '../../main/events/inspect.ts'
import { prepared } from '../../main/events/preparation.ts'
import { readRecording } from '../../main/events/read.ts'
import { gzip, makeHdf5 } from './make-hdf5.ts'
import { eventsOf, randomBatch } from './make.ts'

const batch = randomBatch(30_000, 34, 34, 1000)
const bytes = makeHdf5(
  (['t', 'x', 'y', 'p'] as const).map((name) => ({ path: `events/${name}`, type: name === 't' ? ('<i8' as const) : ('<u2' as const), shape: [batch.length], values: [batch[name]], chunks: [4096], filters: [gzip] })),
  { geometry: '34x34' },
)
const temporary = mkdtempSync(join(tmpdir(), 'saccade-hdf5-'))
afterAll(() => rmSync(temporary, { recursive: true }))
const folder = join(temporary, 'recordings')
for (const [label, name] of [['a', 'one.h5'], ['b', 'two.hdf5']] as const) {
  mkdirSync(join(folder, label), { recursive: true })
  writeFileSync(join(folder, label, name), bytes)
}

describe('HDF5 in a new worker', () => {
  it.each([
    ['readOn', async (pool: DataPool, path: string) => (await pool.run('readOn', { path, ms: 10_000 })).events],
    ['survey, which keeps faults to itself', async (pool: DataPool, path: string) => (await pool.run('survey', { file: path })).facts?.events],
    ['convert', async (pool: DataPool, path: string) => {
      const output = join(temporary, 'out.csv')
      const { events } = await runConversion(pool, { input: path, output })
      expect(eventsOf(readRecording(output).events)).toEqual(eventsOf(batch))
      return events
    }],
  ])('%s', async (_, run) => {
    const pool = new DataPool({ size: 1 })
    try {
      expect(await run(pool, join(folder, 'a/one.h5'))).toBe(batch.length)
    } finally {
      await pool.close()
    }
  })

  it('a folder of them is told as what it is', async () => {
    const pool = new DataPool({ size: 1 })
    try {
      const preview = await pool.run('preview', { folder })
      expect(preview).toMatchObject({ files: 2, sensor: [34, 34], problems: [] })
      expect(preview.classes.map(({ name, files }) => [name, files])).toEqual([['a', 1], ['b', 1]])
    } finally {
      await pool.close()
    }
  })
})

it('work that met no HDF5 file is done once, work that did is done again', async () => {
  let times = 0
  // A test file before may have loaded the library in this very process: then once is enough.
  const loaded = hdf5() !== null
  expect(await prepared(() => ++times)).toBe(1)
  const facts = await prepared(() => {
    times++
    return inspect(join(folder, 'a/one.h5'))
  })
  expect(facts.events).toBe(batch.length)
  expect(times).toBe(loaded ? 2 : 3)
  await expect(prepared(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
})
