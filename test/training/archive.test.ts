import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { packRun } from '../../main/training/archive/pack.ts'
import { unpackRun } from '../../main/training/archive/unpack.ts'
import { temporaryName, writeJson } from '../../main/training/atomic.ts'
import { keptEpochs } from '../../main/training/checkpoint.ts'
import { readRun, storedStatus } from '../../main/training/run-store.ts'
import { train } from '../../main/training/trainer.ts'
import { Library } from '../../main/workbench/library.ts'
import { root } from '../support/cli.ts'
import { snapshot, temporaryFolder as folderFor } from '../support/workbench.ts'
import { figures } from './compare.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from './tiny.ts'

const config = tinyConfig({ epochs: 3, protocol: 'fair', validationShare: 0.25, keepEvery: 1 })

describe('a run as one zip', () => {
  const shared = folderFor('archive', afterAll)
  const dataset = join(shared, 'data')
  const run = join(shared, 'runs', 'bars')
  const zip = join(shared, 'bars.zip')
  beforeAll(async () => {
    await makeDataset(dataset)
    // Stopped in the middle of the second epoch.
    const stop = new AbortController()
    let steps = 0
    await train({ config, dataset, run, engine: oneThread(), signal: stop.signal, onStep: () => void (++steps === 4 && stop.abort()) })
    mkdirSync(join(run, 'analysis'))
    writeFileSync(join(run, 'analysis', 'energy-best.json'), '{}\n')
    writeFileSync(join(run, '.left.1.tmp'), 'what a killed writer left')
    await packRun({ run, target: zip })
  })
  const into = (folder: string) => ({ source: zip, folder: (id: string) => join(folder, id) })
  /** A zip with these entries. */
  const zipOf = async (entries: Record<string, string>): Promise<string> => {
    const file = new ZipFile()
    for (const [name, text] of Object.entries(entries)) file.addBuffer(Buffer.from(text), name)
    file.end()
    const path = join(temporaryFolder(), 'made.zip')
    await pipeline(file.outputStream, createWriteStream(path))
    return path
  }
  const listing = (files: unknown[], version = 1) => JSON.stringify({ format: 'saccade-run', version, saccade: '1', run: 'x', files })

  test('goes elsewhere with all its files, and on from the middle of its epoch to the same bits', async () => {
    const folder = temporaryFolder()
    const other = await unpackRun(into(folder))
    expect(other).toBe(join(folder, 'bars'))
    const [before, after] = [snapshot(run), snapshot(other)]
    const { '.left.1.tmp': _, 'status.json': _status, ...files } = before
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['pause.safetensors', 'last.safetensors', 'best.safetensors', 'epoch-1.safetensors', 'manifest.json', 'splits.csv', 'curves.csv', 'analysis/energy-best.json']))
    expect(after).toMatchObject(files)
    expect(Object.keys(after)).toHaveLength(Object.keys(files).length + 1)
    expect(storedStatus(other)).toMatchObject({ state: 'stopped', pid: 0 })
    // Checkpoints that are the same file here are the same file there.
    expect(statSync(join(other, 'last.safetensors')).ino).toBe(statSync(join(other, 'epoch-1.safetensors')).ino)
    await train({ config, dataset, run: other, engine: oneThread() })
    const whole = join(folder, 'whole')
    await train({ config, dataset, run: whole, engine: oneThread() })
    expect(figures(other)).toEqual(figures(whole))
    expect(readRun(other).test).toEqual(readRun(whole).test)
    expect(keptEpochs(other)).toEqual([1, 2, 3])
    const [ours, theirs] = [snapshot(other), snapshot(whole)]
    expect(ours['epoch-3.safetensors']).toHaveLength(64)
    expect(readFileSync(join(other, 'last.safetensors')).subarray(4096)).toEqual(readFileSync(join(whole, 'last.safetensors')).subarray(4096))
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)))
  })

  test.skipIf(spawnSync('unzip', ['-v']).status !== 0)('is a zip as other programs know it (skipped where there is no unzip)', () => {
    expect(execFileSync('unzip', ['-tq', zip], { encoding: 'utf8' })).toContain('No errors')
  })

  test('replaces no file unasked, and needs a folder', async () => {
    const target = join(temporaryFolder(), 'a.zip')
    writeFileSync(target, 'mine')
    await expect(packRun({ run, target })).rejects.toThrow('a.zip: there is already a file of this name')
    await expect(packRun({ run, target: join(target, '..', 'gone', 'a.zip') })).rejects.toThrow('the folder is gone')
    expect(readFileSync(target, 'utf8')).toBe('mine')
    const said: number[] = []
    const { bytes } = await packRun({ run, target, replace: true, onProgress: (done, total) => said.push(done / total) })
    expect([statSync(target).size, said.at(-1)]).toEqual([bytes, 1])
  })

  test('cut off anywhere or with one byte changed: refused in words, nothing stays', async () => {
    const folder = temporaryFolder()
    const bytes = readFileSync(zip)
    const source = join(folder, 'damaged.zip')
    const runs = join(folder, 'runs')
    mkdirSync(runs)
    const broken = async (content: Buffer): Promise<string> => {
      writeFileSync(source, content)
      return unpackRun({ source, folder: (id) => join(runs, id) }).then(() => 'imported', (error: Error) => error.message)
    }
    for (const share of [0, 0.3, 0.9, 0.999]) expect(await broken(bytes.subarray(0, Math.floor(bytes.length * share)))).toMatch(/damaged\.zip: no zip, or one whose end is missing/)
    // In the tensors of the first checkpoint and of the last one.
    for (const start of [bytes.indexOf('saccade-checkpoint'), bytes.lastIndexOf('saccade-checkpoint')]) {
      const changed = Buffer.from(bytes)
      changed[start + 4000]! ^= 1
      expect(await broken(changed)).toMatch(/damaged\.zip: .*safetensors is damaged: its bytes are not those that were saved/)
    }
    expect(readdirSync(runs)).toEqual([])
  })

  test('what is something else is said to be so', async () => {
    const folder = temporaryFolder()
    const cases: [string, RegExp][] = [
      [await zipOf({ 'a.txt': 'a' }), /a zip, but not of a run: it has no saccade-run\.json/],
      [await zipOf({ 'x/saccade-run.json': listing([], 2) }), /saved by a newer Saccade \(format 2\)/],
      [await zipOf({ 'x/saccade-run.json': 'no' }), /x\/saccade-run\.json can't be read/],
      [await zipOf({ 'x/saccade-run.json': listing([]), 'y/saccade-run.json': listing([]) }), /it holds 2 runs/],
      [await zipOf({ 'x/saccade-run.json': listing([{ name: 'run.json', bytes: 1, sha256: '0'.repeat(64) }]) }), /run\.json is missing/],
      [await zipOf({ 'x/saccade-run.json': listing([{ name: 'run.json', bytes: 3, sha256: '0'.repeat(64) }]), 'x/run.json': '{}' }), /run\.json has 2 bytes instead of 3/],
      [join(folder, 'none.zip'), /there is no such file/],
      [folder, /this is a folder, not a zip/],
    ]
    for (const [source, said] of cases) await expect(unpackRun({ source, folder: (id) => join(folder, id) })).rejects.toThrow(said)
    const hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    const noRun = await zipOf({ 'x/saccade-run.json': listing([{ name: 'run.json', bytes: 2, sha256: hash }]), 'x/run.json': '{}' })
    await expect(unpackRun({ source: noRun, folder: (id) => join(folder, id) })).rejects.toThrow("its files don't make a run that this Saccade can read")
    expect(readdirSync(folder)).toEqual([])
  })

  test('no name in it leads out of the folder', async () => {
    const folder = temporaryFolder()
    const attempt = (source: string) => unpackRun({ source, folder: (id) => join(folder, 'runs', id) })
    for (const name of ['../../evil.json', '/tmp/evil.json', 'a/../../evil.json', 'analysis/../../evil.json', '.bashrc', 'C:\\evil.json', 'run.exe', 'analysis/a/b.json'])
      await expect(attempt(await zipOf({ 'x/saccade-run.json': listing([{ name, bytes: 1, sha256: '0'.repeat(64) }]) }))).rejects.toThrow('is no file of a run')
    const path = await zipOf({ 'x/saccade-run.json': listing([]), 'x/ab/evil.json': '{}' })
    writeFileSync(path, readFileSync(path).toString('latin1').replaceAll('x/ab/evil', '../../evil'), 'latin1')
    await expect(attempt(path)).rejects.toThrow(/damaged or unsafe/)
    const twice = await zipOf({ 'x/saccade-run.json': listing([]), 'x/a.json': '{}', 'x/b.json': '{}' })
    writeFileSync(twice, readFileSync(twice).toString('latin1').replaceAll('x/b.json', 'x/a.json'), 'latin1')
    await expect(attempt(twice)).rejects.toThrow('two entries "x/a.json"')
    expect(readdirSync(folder)).toEqual([])
  })

  test('cancelled: neither a zip nor a run', async () => {
    const folder = temporaryFolder()
    const stop = (): { signal: AbortSignal; onProgress: (done: number) => void } => {
      const abort = new AbortController()
      return { signal: abort.signal, onProgress: (done) => void (done > 0 && abort.abort(new Error('asked to stop'))) }
    }
    await expect(packRun({ run, target: join(folder, 'a.zip'), ...stop() })).rejects.toThrow('asked to stop')
    await expect(unpackRun({ ...into(folder), ...stop() })).rejects.toThrow('asked to stop')
    expect(readdirSync(folder)).toEqual([])
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk: told, nothing stays (skipped where /dev/full is absent)', async () => {
    const folder = temporaryFolder()
    symlinkSync('/dev/full', temporaryName(join(folder, 'a.zip')))
    await expect(packRun({ run, target: join(folder, 'a.zip') })).rejects.toThrow(/a\.zip: the disk is full/)
    const half = temporaryName(join(folder, 'bars'))
    mkdirSync(half)
    symlinkSync('/dev/full', join(half, 'best.safetensors'))
    await expect(unpackRun(into(folder))).rejects.toThrow('the disk is full')
    expect(readdirSync(folder)).toEqual([])
  })

  test('killed in the middle of an import: the library shows nothing of it and clears it away', () => {
    const library = join(temporaryFolder(), 'library')
    mkdirSync(join(library, 'runs'), { recursive: true })
    const script = `
      import { unpackRun } from './main/training/archive/unpack.ts'
      const onProgress = (done, total) => done > total / 2 && process.kill(process.pid, 'SIGKILL')
      await unpackRun({ source: ${JSON.stringify(zip)}, folder: (id) => ${JSON.stringify(join(library, 'runs'))} + '/' + id, onProgress })`
    expect(spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd: root }).signal).toBe('SIGKILL')
    expect(readdirSync(join(library, 'runs'))).toEqual([expect.stringMatching(/^\.bars\.\d+\.tmp$/)])
    const opened = new Library(library)
    expect(opened.ids('runs')).toEqual([])
    opened.close()
    expect(readdirSync(join(library, 'runs'))).toEqual([])
  })

  test('a run whose process died, and one of before there were curves and manifests', async () => {
    const folder = temporaryFolder()
    const old = join(folder, 'old')
    mkdirSync(old)
    for (const name of ['run.json', 'epochs.jsonl', 'last.safetensors']) linkSync(join(run, name), join(old, name))
    writeJson(join(old, 'status.json'), { state: 'running', message: null, pid: 2 ** 30, updated: new Date().toISOString() })
    await packRun({ run: old, target: join(folder, 'old.zip') })
    const other = await unpackRun({ source: join(folder, 'old.zip'), folder: () => join(folder, 'new') })
    expect(readRun(other)).toMatchObject({ id: 'new', state: 'failed', message: expect.stringContaining('ended without a word') as string })
    expect(readFileSync(join(other, 'curves.csv'), 'utf8')).toBe(readFileSync(join(run, 'curves.csv'), 'utf8'))
  })

  test('as zip64, which holds more than 4 GB', async () => {
    const folder = temporaryFolder()
    const file = new ZipFile()
    const files = ['run.json', 'status.json', 'epochs.jsonl', 'last.safetensors'].map((name) => {
      const content = readFileSync(join(run, name))
      file.addBuffer(content, `x/${name}`, { forceZip64Format: true })
      return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
    })
    file.addBuffer(Buffer.from(listing(files)), 'x/saccade-run.json', { forceZip64Format: true })
    file.end({ forceZip64Format: true, comment: '' })
    const source = join(folder, 'large.zip')
    await pipeline(file.outputStream, createWriteStream(source))
    expect(readRun(await unpackRun({ source, folder: () => join(folder, 'large') })).epochs).toEqual(readRun(run).epochs)
  })
})
