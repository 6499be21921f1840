import { fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { lookAtModelFile, readModelFile } from '../../main/deployment/model-file.ts'
import { Database } from '../../main/library/database.ts'
import { migrations } from '../../main/library/migrations.ts'
import { openCheckpoint } from '../../main/training/checkpoint.ts'
import { fileKinds, upgraded } from '../../main/versioned.ts'
import { Library } from '../../main/workbench/library.ts'
import { upgradeFiles } from '../../main/workbench/library-upgrade.ts'
import { openBench, snapshot, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

/**
 * Libraries as Saccade wrote them at these commits (import, train, export; the last one sweep, too), with the recordings' folder and the
 * library's own called /recordings and /library. Before library.db, before validation splits, before models' records were numbered.
 */
const earlier = [
  ['e14f49b', ['first'], []],
  ['b6d2ac3', ['first'], []],
  ['c62b048', ['first', 'method-sdt-seed-42-trial', 'method-trt-seed-42-trial'], ['trial']],
] as const

function copyOf(commit: string): string {
  const library = temporaryFolder('earlier')
  cpSync(join(import.meta.dirname, 'earlier', commit), library, { recursive: true })
  return library
}

async function opened<T>(library: string, use: (bench: TestBench) => Promise<T>): Promise<T> {
  const bench = openBench(library)
  try {
    return await use(bench)
  } finally {
    await bench.workbench.close()
  }
}

const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
const notices = async (bench: TestBench): Promise<string[]> => (await bench.call('library.notices', {})).notices.map(({ severity, message }) => `${severity}: ${message}`)

describe.each(earlier)('a library of %s', (commit, runs, experiments) => {
  test('shows all it holds, upgraded with copies from before, once', async () => {
    const library = copyOf(commit)
    const before = snapshot(library)
    const record = join(library, 'models/first/model.json')
    await opened(library, async (bench) => {
      expect((await bench.call('datasets.list', {})).datasets.map(({ id }) => id)).toEqual(['shapes'])
      const listed = (await bench.call('runs.list', {})).runs
      expect(listed.map(({ id }) => id).sort()).toEqual(runs)
      expect(listed.every(({ state, best }) => state === 'finished' && best?.value === 0.25)).toBe(true)
      expect((await bench.call('models.list', {})).models).toMatchObject([{ id: 'first', format: 'window', path: join(library, 'models/first/model.onnx') }])
      expect((await bench.call('experiments.list', {})).experiments.map(({ id }) => id)).toEqual(experiments)
      expect(await notices(bench)).toEqual([expect.stringMatching(/^info: .*model\.json: upgraded to version 1 of a model's record; a copy from before lies beside it as model\.json\.v<VERSION>\.backup\.$/)])
    })
    expect(json(record)['version']).toBe(1)
    const after = snapshot(library)
    const copy = 'models/first/model.json'
    // Nothing but the record is another, and it lies beside as it was.
    expect(after[`${copy}.v0.backup`]).toBe(before[copy])
    expect(Object.fromEntries(Object.keys(before).map((path) => [path, path === copy ? before[path] : after[path]]))).toEqual(before)
    expect(await opened(library, notices)).toEqual([])
  })

  test('can be used: frames, weights and the exported model are what they were', () => {
    const library = copyOf(commit)
    const dataset = openDataset(join(library, 'datasets/shapes'))
    expect(dataset.shape).toEqual([2, 2, 8, 8])
    expect([...dataset.sample(0)].some((value) => value > 0)).toBe(true)
    dataset.close()
    for (const run of runs) expect(openCheckpoint(join(library, 'runs', run), 'best').progress.epoch).toBeGreaterThan(0)
    const { hash } = json(join(library, 'models/first/model.json'))
    expect(lookAtModelFile(join(library, 'models/first/model.onnx'))).toMatchObject({ origin: 'saccade', hash })
    expect(readModelFile(join(library, 'models/first/model.onnx')).metadata).toMatchObject({ name: 'first', shape: [2, 2, 8, 8] })
  })
})

/** Files that say they are of tomorrow, and what is asked of the workbench that would write them. */
const tomorrow = [
  ["a dataset's manifest", 'datasets/shapes/manifest.json', (bench: TestBench) => bench.call('runs.start', tinyRun('shapes'))],
  ["a run's settings", 'runs/first/run.json', (bench: TestBench) => bench.call('runs.resume', { id: 'first' })],
  ["a model's record", 'models/first/model.json', (bench: TestBench) => bench.call('models.infer', { model: 'first', recording: import.meta.filename })],
  ['an experiment', 'experiments/trial.json', (bench: TestBench) => bench.call('experiments.get', { id: 'trial' })],
  ['settings', 'settings.json', (bench: TestBench) => bench.call('settings.change', { theme: 'dark' })],
  ['readings of texts', 'texts.json', (bench: TestBench) => bench.call('recordings.read-text', { path: import.meta.filename, reading: null })],
] as const

describe('what a newer Saccade wrote', () => {
  test.each(tomorrow)('%s is refused by name and version and left as it is; the rest is shown', async (what, file, ask) => {
    const library = copyOf('c62b048')
    const path = join(library, file)
    await opened(library, notices)
    writeFileSync(path, JSON.stringify({ ...(existsSync(path) ? json(path) : {}), version: 7, shape: 'of tomorrow' }))
    const before = snapshot(library)
    const message = `${path}: written by a newer Saccade (${what} of version 7; this Saccade knows up to 1). It is left as it is: update Saccade to use it.`
    await opened(library, async (bench) => {
      await expect(ask(bench)).rejects.toThrow(message)
      const [datasets, runs, models] = await Promise.all([bench.call('datasets.list', {}), bench.call('runs.list', {}), bench.call('models.list', {})])
      const shown = [...datasets.datasets.map(({ id }) => `datasets/${id}`), ...runs.runs.map(({ id }) => `runs/${id}`), ...models.models.map(({ id }) => `models/${id}`)]
      const all = ['datasets/shapes', 'runs/first', 'runs/method-sdt-seed-42-trial', 'runs/method-trt-seed-42-trial', 'models/first']
      expect(shown.sort()).toEqual(all.filter((folder) => !file.startsWith(`${folder}/`)).sort())
      const told = [...(await notices(bench)), (await bench.call('settings.get', {})).settings && (await bench.call('settings.get', {})).problem]
      expect(told.join('\n')).toContain(message)
    })
    expect(snapshot(library)).toEqual(before)
  })

  test('a list of recent recordings is not written over', () => {
    const library = temporaryFolder('newer')
    const kept = JSON.stringify({ version: 2, pinned: [] })
    writeFileSync(join(library, 'library.json'), kept)
    const open = new Library(library)
    open.remember(import.meta.filename)
    open.close()
    expect(readFileSync(join(library, 'library.json'), 'utf8')).toBe(kept)
  })

  test('a whole library of a newer schema is refused before anything in it changes', () => {
    const library = copyOf('e14f49b')
    Database.open(join(library, 'library.db'), [...migrations, { title: 'of tomorrow', sql: 'CREATE TABLE tomorrow (id INTEGER)' }]).close()
    const read = (): Record<string, string> => Object.fromEntries(readdirSync(library, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]))
    const before = read()
    expect(() => openBench(library)).toThrow(/library\.db: was written by a newer Saccade \(schema \d+, this one knows \d+\)\. Nothing was changed\. Update Saccade, or choose another library/)
    expect(read()).toEqual(before)
  })
})

describe('an upgrade', () => {
  test('goes through every step between two versions, and stays where there is no way', () => {
    const kind = { what: 'a test', version: 3, upgrades: { 1: ({ a, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, b: a }), 2: (content: Readonly<Record<string, unknown>>) => ({ ...content, c: true }) } }
    expect(upgraded({ version: 1, a: 5 }, kind)).toEqual({ version: 3, b: 5, c: true })
    expect(upgraded({ version: 2, b: 6 }, kind)).toEqual({ version: 3, b: 6, c: true })
    expect(upgraded({ version: 3, b: 6 }, kind)).toBe(null)
    expect(upgraded({ version: 4, b: 6 }, kind)).toBe(null)
    expect(upgraded({ a: 5 }, kind)).toBe(null)
  })

  test('that was killed in the middle goes on at the next opening: every record is whole, old or new, at every moment', async () => {
    const library = temporaryFolder('upgrade')
    const original = readFileSync(join(import.meta.dirname, 'earlier/e14f49b/models/first/model.json'))
    const count = 60
    const folders = Array.from({ length: count }, (_, i) => join(library, 'models', `m${String(i).padStart(3, '0')}`))
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'model.json'), original)
    }
    const child = fork(join(import.meta.dirname, 'upgrade-child.ts'), [library], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const copied = (folder: string): boolean => existsSync(join(folder, 'model.json.v0.backup'))
    await expect.poll(() => copied(folders[5]!), { interval: 1 }).toBe(true)
    child.kill('SIGKILL')
    await gone
    const done = folders.filter((folder) => json(join(folder, 'model.json'))['version'] === 1)
    expect(done.length).toBeGreaterThanOrEqual(5)
    expect(done.length).toBeLessThan(count)
    expect(upgradeFiles(library)).toEqual([expect.stringContaining(`and ${count - done.length - 1} more: upgraded to version 1`)])
    for (const folder of folders) {
      expect(readFileSync(join(folder, 'model.json.v0.backup')).equals(original)).toBe(true)
      expect(json(join(folder, 'model.json'))).toEqual({ format: 'window', ...(JSON.parse(original.toString()) as object), version: fileKinds.model.version })
    }
    expect(upgradeFiles(library)).toEqual([])
  })
})
