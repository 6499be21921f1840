import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { importDataset } from '../../main/datasets/import.ts'
import { removeUnfinished, unfinishedImport } from '../../main/datasets/journal.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { importOptionsSchema, type DatasetManifest } from '../../main/datasets/schema.ts'
import { temporaryFolder } from './made.ts'
import { classFolder, nmnistBytes } from './recordings.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())
const optionsFor = (folder: string) => importOptionsSchema.parse({ folder, name: 'test', framing: {} })
const finish = (folder: string, directory: string) => importDataset(optionsFor(folder), directory, { pool })

/** An import that is cancelled once `files` files are through. */
async function interrupted(folder: string, directory: string, files: number): Promise<void> {
  const stop = new AbortController()
  const run = importDataset(optionsFor(folder), directory, { pool, signal: stop.signal })
  const journal = join(directory, 'import.jsonl')
  const watch = setInterval(() => {
    if (existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length - 2 >= files) stop.abort()
  }, 0)
  await expect(run).rejects.toHaveProperty('name', 'AbortError')
  clearInterval(watch)
}
const entries = (directory: string) => readFileSync(join(directory, 'import.jsonl'), 'utf8').split('\n').length - 2
/** What must not depend on interruptions. */
const content = (directory: string, manifest: DatasetManifest) => ({ manifest: { ...manifest, id: '', created: '' }, frames: createHash('sha256').update(readFileSync(join(directory, 'frames.npy'))).digest('hex') })
async function whole(folder: string) {
  const directory = temporaryFolder()
  return content(directory, await finish(folder, directory))
}

describe('an interrupted import', () => {
  it('goes on where it was and ends in the same bytes', async () => {
    const folder = classFolder(2, 60)
    writeFileSync(join(folder, 'a/0.bin'), 'no recording')
    const directory = temporaryFolder()
    await interrupted(folder, directory, 10)
    const first = entries(directory)
    expect(first).toBeGreaterThanOrEqual(10)
    expect(first).toBeLessThan(120)
    expect(() => openDataset(directory)).toThrow('one whose import was not finished')
    expect(await unfinishedImport(directory)).toEqual(optionsFor(folder))
    await interrupted(folder, directory, first + 10)
    const done: number[] = []
    const manifest = await importDataset(optionsFor(folder), directory, { pool, onProgress: (progress) => done.push(progress.done) })
    expect(done[0]).toBeGreaterThanOrEqual(first + 10)
    expect(content(directory, manifest)).toEqual(await whole(folder))
    expect(readdirSync(directory).sort()).toEqual(['frames.npy', 'manifest.json'])
    expect(await unfinishedImport(directory)).toBeNull()
  })

  it('does so after kill -9', async () => {
    const folder = classFolder(2, 150)
    const directory = temporaryFolder()
    let kills = 0
    for (let round = 0; round < 3 && !existsSync(join(directory, 'manifest.json')); round++) {
      const child = spawn(process.execPath, [fileURLToPath(new URL('import-child.ts', import.meta.url)), folder, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
      child.stdout.on('data', (text: Buffer) => {
        const done = Number(text.toString().trim().split('\n').at(-1))
        if (done >= 60 * (round + 1)) child.kill('SIGKILL')
      })
      const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)))
      if (signal === 'SIGKILL') kills++
    }
    expect(kills).toBeGreaterThan(0)
    const manifest = existsSync(join(directory, 'manifest.json')) ? openDataset(directory).manifest : await finish(folder, directory)
    expect(content(directory, manifest)).toEqual(await whole(folder))
  })

  it('imports again what was damaged: torn journal line, missing or changed frames, a changed source', async () => {
    const folder = classFolder(2, 40)
    const expected = await whole(folder)
    const partial = (directory: string) => join(directory, 'frames.partial.npy')
    const rowBytes = 10 * 2 * 48 * 48 * 4
    const damages: Record<string, (directory: string) => void> = {
      torn: (directory) => appendFileSync(join(directory, 'import.jsonl'), '{"bytes": 1000, "modi'),
      nonsense: (directory) => appendFileSync(join(directory, 'import.jsonl'), '{"bytes": 1000, "modified": "yes"}\n'),
      shortened: (directory) => truncateSync(partial(directory), 128 + 3 * rowBytes + 5),
      gone: (directory) => rmSync(partial(directory)),
      flipped: (directory) => {
        const file = openSync(partial(directory), 'r+')
        writeSync(file, Uint8Array.of(77, 77, 77, 77), 0, 4, 128 + 5 * rowBytes + 1000)
        closeSync(file)
      },
      touched: () => utimesSync(join(folder, 'a/4.bin'), 1, 1),
      foreign: (directory) => writeFileSync(join(directory, 'import.jsonl'), 'something else\n'),
    }
    for (const [name, damage] of Object.entries(damages)) {
      const directory = temporaryFolder()
      await interrupted(folder, directory, 10)
      damage(directory)
      expect(content(directory, await finish(folder, directory)), name).toEqual(expected)
    }
  })

  it('starts over with other options or other files', async () => {
    const folder = classFolder(2, 40)
    const directory = temporaryFolder()
    await interrupted(folder, directory, 10)
    writeFileSync(join(folder, 'a/new.bin'), nmnistBytes(1000))
    const manifest = await importDataset({ ...optionsFor(folder), seed: 7 }, directory, { pool })
    expect(manifest.samples).toHaveLength(81)
    expect(manifest.seed).toBe(7)
    openDataset(directory).close()
  })

  it('is finished even where it was killed between naming the frames and writing the manifest', async () => {
    const folder = classFolder(2, 10)
    const directory = temporaryFolder()
    mkdirSync(join(directory, 'manifest.json.tmp'), { recursive: true })
    await expect(finish(folder, directory)).rejects.toThrow('EISDIR')
    expect(readdirSync(directory).sort()).toEqual(['frames.npy', 'import.jsonl', 'manifest.json.tmp'])
    expect(() => openDataset(directory)).toThrow('not finished')
    rmSync(join(directory, 'manifest.json.tmp'), { recursive: true })
    const before = statSync(join(directory, 'frames.npy')).size
    const done: number[] = []
    const manifest = await importDataset(optionsFor(folder), directory, { pool, onProgress: (progress) => done.push(progress.done) })
    expect(done[0]).toBe(20)
    expect(statSync(join(directory, 'frames.npy')).size).toBe(before)
    expect(content(directory, manifest)).toEqual(await whole(folder))
  })

  it('can be thrown away, a finished dataset can not', async () => {
    const folder = classFolder(2, 40)
    const directory = temporaryFolder()
    await interrupted(folder, directory, 5)
    await removeUnfinished(directory)
    expect(readdirSync(directory)).toEqual([])
    await finish(folder, directory)
    await removeUnfinished(directory)
    openDataset(directory).close()
  })
})
