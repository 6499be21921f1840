import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import type { ImportProgress } from '../../main/datasets/progress.ts'
import { importOptionsSchema, type Framing, type ImportOptions } from '../../main/datasets/schema.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { temporaryFolder } from './made.ts'
import { eventsOf } from './events.ts'
import { aedatBytes, classFolder, folderWith, nmnistBytes, recording } from './recordings.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())
const options = (folder: string, framing: Partial<Framing> = {}, more: Partial<ImportOptions> = {}): ImportOptions => ({ ...importOptionsSchema.parse({ folder, name: 'test', framing }), ...more })
const importTo = (directory: string, ...args: Parameters<typeof options>) => importDataset(options(...args), directory, { pool })

describe('an import', () => {
  it('stores frames, labels, split and where it all came from', async () => {
    const folder = classFolder(3, 20)
    const directory = join(temporaryFolder(), 'digits')
    const progress: ImportProgress[] = []
    const manifest = await importDataset(options(folder), directory, { pool, onProgress: (step) => progress.push(step) })
    expect(manifest).toMatchObject({
      version: 1, id: 'digits', name: 'test', source: folder, classes: ['a', 'b', 'c'], shape: [10, 2, 48, 48], dtype: 'float32', sensor: [34, 34],
      formats: { 'nmnist-bin': 60 }, skipped: [], testShare: 0.1, seed: 42,
    })
    for (let label = 0; label < 3; label++) {
      const own = manifest.samples.filter((sample) => sample.label === label)
      expect(own).toHaveLength(20)
      expect(own.filter(({ split }) => split === 'test')).toHaveLength(2)
    }
    expect(manifest.samples[0]).toMatchObject({ file: 'a/0.bin', label: 0, events: 200, durationUs: recording(0).t[199]! - recording(0).t[0]!, problems: [] })
    expect(progress[0]).toMatchObject({ done: 0, total: 60, secondsLeft: null })
    expect(progress.at(-1)).toMatchObject({ done: 60, total: 60, skipped: 0, secondsLeft: 0, file: 'c/59.bin' })
    expect(progress.at(-1)!.filesPerSecond).toBeGreaterThan(0)
    expect(readdirSync(directory).sort()).toEqual(['frames.npy', 'manifest.json'])

    const dataset = openDataset(directory)
    expect(dataset.manifest).toEqual(manifest)
    manifest.samples.forEach(({ file }, row) => {
      const seed = Number(/(\d+)\.bin/.exec(file)![1])
      expect(dataset.sample(row)).toEqual(eventsToFrames(recording(seed), [34, 34], manifest.framing).data)
    })
    dataset.close()
  })

  it('keeps counts as they are without resize and normalization', async () => {
    const directory = temporaryFolder()
    const manifest = await importTo(directory, classFolder(2, 3), { resize: null, timesteps: 4 })
    expect(manifest).toMatchObject({ dtype: 'uint16', shape: [4, 2, 34, 34] })
    const dataset = openDataset(directory)
    expect(Float32Array.from(dataset.sample(0))).toEqual(eventsToFrames(recording(0), [34, 34], manifest.framing).data)
    dataset.close()
    expect((await importTo(temporaryFolder(), classFolder(2, 3), { resize: null, normalize: 'max' })).dtype).toBe('float32')
  })

  it('gives the same bytes whatever the number of workers', async () => {
    const folder = classFolder(2, 15)
    const single = new DataPool({ size: 1 })
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    const first = await importDataset(options(folder), one, { pool: single })
    const second = await importTo(two, folder)
    await single.close()
    expect(readFileSync(join(two, 'frames.npy')).equals(readFileSync(join(one, 'frames.npy')))).toBe(true)
    expect({ ...second, id: '', created: '' }).toEqual({ ...first, id: '', created: '' })
  })

  it('has a hash that changes with the data, the labels, the split and the framing, and with nothing else', async () => {
    const folder = classFolder(2, 4)
    const hash = async (...args: [Partial<Framing>?, Partial<ImportOptions>?]) => (await importTo(temporaryFolder(), folder, ...args)).hash
    const first = await hash()
    expect(await hash({}, { name: 'another name' })).toBe(first)
    expect(new Set([first, await hash({ timesteps: 5 }), await hash({}, { testShare: 0 }), await hash({}, { seed: 1 })]).size).toBe(4)
    writeFileSync(join(folder, 'a/0.bin'), nmnistBytes(77))
    expect(await hash()).not.toBe(first)
  })

  it('reports files that are bad, empty or gone, and goes on', async () => {
    const folder = folderWith({
      'a/1.bin': nmnistBytes(1), 'a/2.bin': nmnistBytes(2), 'a/picture.bin': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a/nothing.aedat': '', 'b/1.bin': nmnistBytes(3), 'b/2.bin': nmnistBytes(4),
      'b/empty.aedat': aedatBytes(1, 0), 'c/bad.bin': 'nothing that can be read', 'labels.csv': '',
    })
    writeFileSync(join(folder, 'labels.csv'), 'path,label\na/1.bin,x\na/2.bin,x\na/picture.bin,x\na/nothing.aedat,x\ngone.bin,x\nb/1.bin,y\nb/2.bin,y\nb/empty.aedat,y\nc/bad.bin,z\n')
    const manifest = await importTo(temporaryFolder(), folder)
    expect(manifest.classes).toEqual(['x', 'y'])
    expect(manifest.samples.map(({ file, label }) => `${label} ${file}`)).toEqual(['0 a/1.bin', '0 a/2.bin', '1 b/1.bin', '1 b/2.bin'])
    expect(manifest.skipped.map(({ file }) => file)).toEqual(['a/nothing.aedat', 'a/picture.bin', 'gone.bin', 'b/empty.aedat', 'c/bad.bin'])
    const reasons = Object.fromEntries(manifest.skipped.map(({ file, reason }) => [file, reason]))
    expect(reasons['a/picture.bin']).toMatch(/^this is a PNG picture/)
    expect(reasons['gone.bin']).toMatch(/there is no such file/)
    expect(reasons['b/empty.aedat']).toMatch(/no events/)
    for (const reason of Object.values(reasons)) expect(reason).not.toContain(folder)
  })

  it('resizes mixed sensors each from its own size and says so', async () => {
    const folder = folderWith({ 'a/1.bin': nmnistBytes(1), 'a/2.aedat': aedatBytes(2), 'b/1.bin': nmnistBytes(3), 'b/2.aedat': aedatBytes(4) })
    const directory = temporaryFolder()
    const manifest = await importTo(directory, folder)
    expect(manifest.sensor).toEqual([34, 34])
    expect(manifest.formats).toEqual({ 'aedat2-dvs128': 2, 'nmnist-bin': 2 })
    expect(manifest.samples.map(({ problems }) => problems.map(({ message }) => message))).toEqual([
      [], ['Sensors differ (34x34 in a/1.bin, 128x128 in a/2.aedat): these frames were resized from their own size'],
      [], ['Sensors differ (34x34 in a/1.bin, 128x128 in b/2.aedat): these frames were resized from their own size'],
    ])
    const dataset = openDataset(directory)
    expect(dataset.sample(1)).toEqual(eventsToFrames(recording(2, 200, 128), [128, 128], manifest.framing).data)
    dataset.close()
  })

  it('refuses mixed sensors without resize, and leaves nothing behind', async () => {
    const folder = folderWith({ 'a/1.bin': nmnistBytes(1), 'a/2.aedat': aedatBytes(2), 'b/1.bin': nmnistBytes(3) })
    const directory = temporaryFolder()
    await expect(importTo(directory, folder, { resize: null })).rejects.toThrow('sensors of different sizes: 34x34 in a/1.bin, 128x128 in a/2.aedat. Choose a size')
    expect(readdirSync(directory)).toEqual([])
  })

  it('refuses folders that are no dataset', async () => {
    const directory = temporaryFolder()
    await expect(importTo(directory, temporaryFolder())).rejects.toThrow('no recordings found')
    await expect(importTo(directory, '/nowhere/at/all')).rejects.toThrow('there is no such folder')
    await expect(importTo(directory, folderWith({ 'a/1.bin': nmnistBytes(1) }))).rejects.toThrow('only one class, a. A network learns')
    await expect(importTo(directory, folderWith({ 'a/1.bin': 'x', 'b/1.bin': 'y' }))).rejects.toThrow(/none of the 2 files is a recording that can be read\. 2 files were skipped, the first is a\/1\.bin: /)
    await expect(importTo(directory, folderWith({ 'a/1.bin': nmnistBytes(1), 'b/1.bin': 'y' }))).rejects.toThrow(/only one class, a, has recordings that can be read\. 1 files were skipped/)
    expect(readdirSync(directory)).toEqual([])
  })

  it('never touches a dataset that is there', async () => {
    const folder = classFolder(2, 2)
    const directory = temporaryFolder()
    await importTo(directory, folder)
    const before = readFileSync(join(directory, 'manifest.json'))
    await expect(importTo(directory, folder)).rejects.toThrow('holds a dataset already')
    expect(readFileSync(join(directory, 'manifest.json')).equals(before)).toBe(true)
  })

  it('skips a recording whose counts uint16 can not hold', async () => {
    const many = encodeNmnist(eventsOf(Array.from({ length: 65_536 }, (_, i) => [i, 3, 3, 1] as const)))
    const folder = folderWith({ 'a/1.bin': nmnistBytes(1), 'a/2.bin': many, 'b/1.bin': nmnistBytes(3) })
    const manifest = await importTo(temporaryFolder(), folder, { resize: null, timesteps: 1 })
    expect(manifest.skipped).toEqual([{ file: 'a/2.bin', reason: expect.stringMatching(/^one pixel has 65536 events in one frame/) }])
    expect((await importTo(temporaryFolder(), folder, { resize: null, timesteps: 2 })).samples).toHaveLength(3)
  })

  it('keeps the split of Train and Test folders', async () => {
    const folder = folderWith({ 'Train/0/1.bin': nmnistBytes(1), 'Train/1/1.bin': nmnistBytes(2), 'Test/0/9.bin': nmnistBytes(3), 'Test/1/9.bin': nmnistBytes(4) })
    const { samples } = await importTo(temporaryFolder(), folder)
    expect(samples.map(({ file, split }) => `${file} ${split}`)).toEqual(['Test/0/9.bin test', 'Train/0/1.bin train', 'Test/1/9.bin test', 'Train/1/1.bin train'])
  })

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full and can be finished later (skipped where there is no /dev/full)', async () => {
    const folder = classFolder(2, 3)
    const directory = temporaryFolder()
    symlinkSync('/dev/full', join(directory, 'frames.partial.npy'))
    await expect(importTo(directory, folder)).rejects.toThrow(/the disk is full\. What was imported so far is kept: free some space/)
    expect(() => openDataset(directory)).toThrow('manifest.json: the file is missing')
    rmSync(join(directory, 'frames.partial.npy'))
    expect((await importTo(directory, folder)).samples).toHaveLength(6)
  })

  it('says which folder can not be written', async () => {
    const directory = join(temporaryFolder(), 'file')
    writeFileSync(directory, 'in the way')
    await expect(importTo(directory, classFolder(2, 1))).rejects.toThrow(/file/)
    expect(readFileSync(directory, 'utf8')).toBe('in the way')
  })
})

const real = '../shared/recordings/labelled'
describe.skipIf(!existsSync(real))('real recordings (skipped where ../shared/recordings is absent)', () => {
  it('N-MNIST imports as it lies: 1,000 recordings, 10 classes, a stratified tenth for testing', async () => {
    const directory = temporaryFolder()
    const manifest = await importTo(directory, `${real}/nmnist-small`, { resize: null })
    expect(manifest.samples).toHaveLength(1000)
    expect(manifest).toMatchObject({ skipped: [], sensor: [34, 34], shape: [10, 2, 34, 34] })
    expect(manifest.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const dataset = openDataset(directory)
    let sum = 0
    for (let row = 0; row < dataset.count; row++) for (const count of dataset.sample(row)) sum += count
    expect(sum).toBe(manifest.samples.reduce((total, { events }) => total + events, 0))
    for (let label = 0; label < 10; label++) {
      const all = manifest.samples.filter((sample) => sample.label === label)
      expect(all.filter(({ split }) => split === 'test')).toHaveLength(Math.round(all.length / 10))
    }
    dataset.close()
  })

  it('AEDAT 2 recordings of a DVS128 import', async () => {
    const inverted = await importTo(temporaryFolder(), `${real}/poker-dvs-inverted-aedat2`)
    expect(inverted.samples).toHaveLength(31)
    expect(inverted.classes).toEqual(['club', 'diamond', 'spade'])
  })
})
