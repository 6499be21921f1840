import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DataPool } from '../../../main/datasets/pool.ts'
import { makeStarterRecordings } from '../../../main/datasets/starter.ts'
import { readRecording } from '../../../main/events/read.ts'
import { shapeNames } from '../../../main/events/simulate/scene.ts'
import { simulateRecording } from '../../../main/events/simulate/simulate.ts'
import { starterFiles, writeStarterRecordings } from '../../../main/events/simulate/starter.ts'
import { temporaryFolder } from '../../datasets/made.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())

describe('starter recordings', () => {
  for (const [format, sensor, id] of [['aedat', [128, 128], 'aedat2-dvs128'], ['bin', [34, 34], 'nmnist-bin']] as const) {
    it(`are real .${format} files that give back what the camera saw, one subfolder per class`, async () => {
      const folder = temporaryFolder()
      const options = { seed: 3, perClass: 2, format }
      const progress: number[] = []
      const paths = await makeStarterRecordings(folder, options, { pool, onProgress: (done) => progress.push(done) })
      expect(readdirSync(folder).sort()).toEqual([...shapeNames])
      expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(paths).toEqual(starterFiles(options).map(({ file }) => join(folder, file)))
      for (const { file, shape, seed } of starterFiles(options)) {
        const { recording, events } = readRecording(join(folder, file))
        expect(recording).toMatchObject({ format: id, height: sensor[0], width: sensor[1], problems: [] })
        const made = simulateRecording({ shape, seed, sensor })
        expect(events.length).toBe(made.length)
        for (const column of ['t', 'x', 'y', 'p'] as const) expect(Buffer.from(events[column].buffer).equals(Buffer.from(made[column].buffer))).toBe(true)
      }
    })
  }

  it('are the same bytes from workers and from one thread, and differ between seeds and within a class', async () => {
    const [one, two, three] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
    const options = { seed: 3, perClass: 2, format: 'bin' } as const
    await makeStarterRecordings(one, options, { pool })
    const paths = await writeStarterRecordings(two, options)
    await writeStarterRecordings(three, { ...options, seed: 4 })
    const all = new Set<string>()
    for (const { file } of starterFiles(options)) {
      expect(readFileSync(join(one, file)).equals(readFileSync(join(two, file)))).toBe(true)
      all.add(readFileSync(join(two, file), 'latin1')).add(readFileSync(join(three, file), 'latin1'))
    }
    expect(all.size).toBe(16)
    expect(paths).toHaveLength(8)
  })

  it('stay where they are, and stop when told', async () => {
    const folder = temporaryFolder()
    const options = { seed: 1, perClass: 3, format: 'bin' } as const
    const stop = new AbortController()
    await expect(writeStarterRecordings(folder, options, { signal: stop.signal, onProgress: (done) => { if (done === 4) stop.abort() } })).rejects.toHaveProperty('name', 'AbortError')
    const files = starterFiles(options).map(({ file }) => file)
    expect(files.filter((file) => existsSync(join(folder, file)))).toEqual(files.slice(0, 4))
    writeFileSync(join(folder, files[0]!), 'mine')
    await makeStarterRecordings(folder, options, { pool })
    expect(readFileSync(join(folder, files[0]!), 'utf8')).toBe('mine')
    expect(files.every((file) => existsSync(join(folder, file)))).toBe(true)
    await expect(makeStarterRecordings(folder, options, { pool, signal: AbortSignal.abort() })).rejects.toHaveProperty('name', 'AbortError')
  })
})
