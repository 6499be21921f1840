import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { simulateRecording } from '../../main/events/simulate/simulate.ts'
import { folderWith, openBench, shapes, smallFraming, snapshot, temporaryFolder, tinyRun, type TestBench } from '../support/workbench.ts'

/** Each case gives a clear message, and a library with a dataset, a run and a model in it stays as it is, byte for byte. */
let root: string
let bench: TestBench
let recordings: string
let saved: Record<string, string>
const kept = { dataset: '', run: '', model: '' }

beforeAll(async () => {
  root = temporaryFolder('bad-input', () => undefined)
  bench = openBench(join(root, 'library'))
  recordings = await shapes(join(root, 'recordings'), 4)
  const importing = await bench.call('datasets.import', { folder: recordings, name: 'Good', framing: smallFraming, testShare: 0.5 })
  await bench.done(importing.job)
  const training = await bench.call('runs.start', tinyRun(importing.dataset, { epochs: 1 }))
  await bench.done(training.job)
  const exporting = await bench.call('models.export', { run: training.run, checkpoint: 'best' })
  await bench.done(exporting.job)
  Object.assign(kept, { dataset: importing.dataset, run: training.run, model: exporting.model })
  saved = snapshot(join(root, 'library'))
})
afterAll(async () => {
  await bench.workbench.close()
  rmSync(root, { recursive: true, force: true })
})

/** The library holds what it held. */
function untouched(): void {
  const { 'library.json': _, ...now } = snapshot(join(root, 'library'))
  expect(now).toEqual(saved)
}

async function importFails(folder: string, changes: object = {}): Promise<string> {
  const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Bad', framing: smallFraming, ...changes })
  const { state, error } = await bench.ended(job)
  expect(state).toBe('failed')
  expect((await bench.call('datasets.list', {})).datasets.map(({ id }) => id)).not.toContain(dataset)
  untouched()
  return error ?? ''
}

describe('folders', () => {
  test('an empty one', async () => {
    const folder = join(root, 'empty')
    mkdirSync(folder)
    expect((await bench.call('datasets.preview', { folder })).problems).toMatchObject([
      {
        severity: 'error',
        message: `${folder}: no recordings found`,
        advice: expect.stringContaining('one subfolder per class') as string,
      },
    ])
    expect(await importFails(folder)).toContain(`${folder}: no recordings found. Choose a folder with one subfolder per class`)
  })

  test('one that is not there, and one that is a file', async () => {
    expect(await importFails(join(root, 'nowhere'))).toContain('there is no such folder')
    expect(await importFails(join(recordings, 'circle/circle-000.bin'))).toContain('this is a file')
  })

  test('one class only', async () => {
    const folder = join(root, 'one-class')
    cpSync(join(recordings, 'circle'), join(folder, 'circle'), { recursive: true })
    expect((await bench.call('datasets.preview', { folder })).problems).toMatchObject([
      { severity: 'error', message: `${folder}: only one class, circle` },
    ])
    expect(await importFails(folder)).toContain('only one class, circle. A network learns to tell classes apart')
  })

  test('nothing but text; pictures that are none', async () => {
    expect(await importFails(folderWith(join(root, 'text'), { 'a/readme.txt': 'hello', 'b/notes.md': 'x' }))).toContain('no recordings found')
    const pictures = folderWith(join(root, 'pictures'), { 'a/picture.png': 'PNG', 'b/picture.png': 'PNG' })
    expect(await importFails(pictures)).toContain('None of the pictures can be read')
  })
})

describe('recordings of an import', () => {
  test('mixed sensor sizes can not keep their size; resized they can, and it is said', async () => {
    const folder = join(root, 'mixed')
    cpSync(join(recordings, 'circle'), join(folder, 'circle'), { recursive: true })
    cpSync(join(recordings, 'cross'), join(folder, 'cross'), { recursive: true })
    writeFileSync(join(folder, 'cross/large.aedat'), encodeAedat2(simulateRecording({ shape: 'cross', seed: 1 })))
    const message = await importFails(folder, { framing: { ...smallFraming, resize: null } })
    expect(message).toMatch(/sensors of different sizes: 34x34.*128x128.*Choose a size that all frames are resized to/)
    const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Mixed', framing: smallFraming })
    await bench.done(job)
    const { samples } = await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })
    expect(
      samples
        .find(({ file }) => file === 'cross/large.aedat')
        ?.problems.map(({ message: text }) => text)
        .join(),
    ).toMatch(/Sensors differ \(34x34/)
    await bench.call('datasets.remove', { id: dataset })
    untouched()
  })

  test('without events, corrupt, cut short or no recording at all: reported and skipped, the others are imported', async () => {
    const folder = join(root, 'damaged')
    for (const name of ['circle', 'cross']) cpSync(join(recordings, name), join(folder, name), { recursive: true })
    const good = readFileSync(join(folder, 'circle/circle-000.bin'))
    folderWith(folder, {
      'circle/no-events.bin': '',
      'circle/header-only.aedat': '#!AER-DAT2.0\r\n# no events follow\r\n',
      'cross/noise.aedat4': good,
      'cross/text.bin': 'this is text, and not a recording of anything at all',
    })
    truncateSync(join(folder, 'cross/cross-001.bin'), 5 * 40 + 3)
    const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Damaged', framing: smallFraming })
    await bench.done(job)
    const { skippedFiles, train, test: apart } = await bench.call('datasets.get', { id: dataset })
    const files = skippedFiles.map(({ file }) => file)
    expect(files).toEqual(expect.arrayContaining(['circle/no-events.bin', 'circle/header-only.aedat']))
    expect(skippedFiles.every(({ reason }) => reason.length > 10)).toBe(true)
    const { samples } = await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })
    expect(samples.find(({ file }) => file === 'cross/cross-001.bin')?.problems.length).toBeGreaterThan(0)
    expect([...train, ...apart].reduce((a, b) => a + b, 0) + skippedFiles.length).toBe(12)
    await bench.call('datasets.remove', { id: dataset })
    untouched()
  })
})

describe('single recordings', () => {
  test('one without events opens, with nothing to show and a problem that says so', async () => {
    const folder = folderWith(join(root, 'single'), { 'header-only.aedat': '#!AER-DAT2.0\r\n# no events follow\r\n' })
    const path = join(folder, 'header-only.aedat')
    const facts = await bench.call('recordings.open', { path })
    expect(facts).toMatchObject({ events: 0, tFirst: null, xMin: null })
    expect(facts.problems.length).toBeGreaterThan(0)
    expect((await bench.call('recordings.events', { path, from: 0, to: 1e6 })).t).toHaveLength(0)
    await expect(bench.call('models.infer', { model: kept.model, recording: path })).rejects.toThrow('no events')
    untouched()
  })

  test('what is no recording says what it is', async () => {
    const folder = folderWith(join(root, 'other'), {
      'picture.aedat': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'empty.aedat4': '',
    })
    await expect(bench.call('recordings.open', { path: join(folder, 'picture.aedat') })).rejects.toThrow(/picture\.aedat: .*PNG/i)
    await expect(bench.call('recordings.open', { path: join(folder, 'empty.aedat4') })).rejects.toThrow(/empty\.aedat4: .*empty/i)
    await expect(bench.call('recordings.open', { path: folder })).rejects.toThrow(/other: .*folder/i)
    await expect(bench.call('recordings.open', { path: join(folder, 'gone.bin') })).rejects.toThrow(/gone\.bin: .*no such file/i)
  })
})

describe('a library whose files have gone', () => {
  /** A copy of the library to break. */
  async function broken(name: string, breakIt: (library: string) => void, check: (copy: TestBench) => Promise<void>): Promise<void> {
    const library = join(root, name)
    cpSync(join(root, 'library'), library, { recursive: true })
    breakIt(library)
    const copy = openBench(library)
    try {
      await check(copy)
    } finally {
      await copy.workbench.close()
    }
  }

  test('a dataset without its frames can not be trained on; its run and model stay', async () => {
    await broken(
      'no-frames',
      (library) => rmSync(join(library, 'datasets', kept.dataset, 'frames.npy')),
      async (copy) => {
        await expect(copy.call('datasets.frames', { id: kept.dataset, index: 0 })).rejects.toThrow(
          /frames\.npy.*(missing|no such file|gone)/i,
        )
        await expect(copy.call('runs.start', tinyRun(kept.dataset))).rejects.toThrow(/frames\.npy.*missing/)
        expect((await copy.call('runs.list', {})).runs.map(({ id }) => id)).toEqual([kept.run])
        const exporting = await copy.call('models.export', { run: kept.run, checkpoint: 'best' })
        expect(await copy.ended(exporting.job)).toMatchObject({ state: 'failed', error: expect.stringMatching(/frames\.npy/) as string })
        expect((await copy.call('models.list', {})).models).toHaveLength(1)
      },
    )
  })

  test('a dataset that is gone altogether is named by what needs it', async () => {
    await broken(
      'no-dataset',
      (library) => rmSync(join(library, 'datasets', kept.dataset), { recursive: true }),
      async (copy) => {
        expect((await copy.call('datasets.list', {})).datasets).toEqual([])
        await expect(copy.call('runs.start', tinyRun(kept.dataset))).rejects.toThrow(`There is no dataset "${kept.dataset}"`)
        const told = 'The data that run "tiny" was trained on is not in this library: dataset "Good".'
        await expect(copy.call('models.export', { run: kept.run, checkpoint: 'best' })).rejects.toThrow(told)
        await expect(copy.call('runs.evaluate', { id: kept.run })).rejects.toThrow(told)
        expect((await copy.call('runs.get', { id: kept.run })).epochs).toHaveLength(1)
      },
    )
  })

  test('a dataset that was exchanged is not taken for the one a run was trained on', async () => {
    await broken(
      'other-dataset',
      (library) => {
        const manifest = join(library, 'datasets', kept.dataset, 'manifest.json')
        writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"label":0', '"label":1').replace('"label": 0', '"label": 1'))
      },
      async (copy) => {
        await expect(copy.call('runs.evaluate', { id: kept.run })).rejects.toThrow(/manifest\.json.*hash.*edited/s)
      },
    )
  })

  test('one damaged run or model does not hide the others', async () => {
    await broken(
      'damaged-run',
      (library) => {
        cpSync(join(library, 'runs', kept.run), join(library, 'runs', 'damaged'), { recursive: true })
        writeFileSync(join(library, 'runs', 'damaged', 'run.json'), '{"version": 1')
        mkdirSync(join(library, 'models', 'damaged'))
        writeFileSync(join(library, 'models', 'damaged', 'model.json'), '[]')
      },
      async (copy) => {
        expect((await copy.call('runs.list', {})).runs.map(({ id }) => id)).toEqual([kept.run])
        expect((await copy.call('models.list', {})).models.map(({ id }) => id)).toEqual([kept.model])
        await expect(copy.call('runs.get', { id: 'damaged' })).rejects.toThrow(/run\.json: not valid JSON/)
      },
    )
  })

  test('a run without a checkpoint can not be exported', async () => {
    await broken(
      'no-checkpoint',
      (library) => rmSync(join(library, 'runs', kept.run, 'best.safetensors')),
      async (copy) => {
        await expect(copy.call('models.export', { run: kept.run, checkpoint: 'best' })).rejects.toThrow('has no checkpoint yet')
      },
    )
  })
})

describe('models', () => {
  const recording = (): string => join(recordings, 'circle/circle-000.bin')
  const infer = (model: string): Promise<unknown> => bench.call('models.infer', { model, recording: recording() })

  test('a file that is none says what it is', async () => {
    const folder = folderWith(join(root, 'models'), { 'text.onnx': 'not a model', 'empty.onnx': '' })
    const [{ path = '' } = {}] = (await bench.call('models.list', {})).models
    const whole = readFileSync(path)
    writeFileSync(join(folder, 'cut.onnx'), whole.subarray(0, whole.length / 2))
    await expect(infer(join(folder, 'text.onnx'))).rejects.toThrow(
      /text\.onnx: not an ONNX model\. Choose a \.onnx file that Saccade exported/,
    )
    await expect(infer(join(folder, 'empty.onnx'))).rejects.toThrow(/empty\.onnx: the file is empty/)
    await expect(infer(join(folder, 'cut.onnx'))).rejects.toThrow(/cut\.onnx: .*(cut short|damaged)/)
    await expect(infer(join(folder, 'gone.onnx'))).rejects.toThrow('neither an exported one of this id nor a file')
    await expect(infer('../../etc/passwd')).rejects.toThrow(/There is no model|not an ONNX model/)
    untouched()
  })
})

test('ids can not lead out of the library', async () => {
  for (const id of ['..', '../runs', `../datasets/${kept.dataset}`, '/etc', '.']) {
    for (const call of ['runs.get', 'runs.remove', 'runs.resume', 'datasets.get', 'datasets.remove', 'models.remove'] as const) {
      await expect(bench.call(call, { id })).rejects.toThrow(/is not the id of a/)
    }
  }
  untouched()
})
