import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { datasetHash, type Dataset } from '../../main/datasets/dataset.ts'
import type { DatasetManifest } from '../../main/datasets/schema.ts'
import { exportModel, sha256 } from '../../main/deployment/export.ts'
import { modelCard, wilson } from '../../main/deployment/package/card.ts'
import { testAnswers } from '../../main/deployment/package/figures.ts'
import { framesOf, readRecording, type Input } from '../../main/deployment/package/frames/entry.ts'
import type { ModelRunner } from '../../main/deployment/runner.ts'
import { exportSettingsSchema } from '../../main/deployment/schema.ts'
import type { Filter } from '../../main/events/schema.ts'
import { train } from '../../main/training/trainer.ts'
import { launchBrowser } from '../support/browser.ts'
import { compiler, library, numpy, python, pythonEnv, pythonRuntime } from '../support/onnxruntime/native.ts'
import { makeDataset, oneThread, tinyConfig } from '../training/tiny.ts'

const engine = oneThread()
/** An exported package of a network, unpacked. */
async function unpacked(framing: DatasetManifest['framing'], sensor: [number, number], filters: Filter[]) {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-package-'))
  const dataset = await makeDataset(join(folder, 'dataset'), { test: 12 })
  const path = join(dataset, 'manifest.json')
  const manifest = { ...(JSON.parse(readFileSync(path, 'utf8')) as DatasetManifest), framing, sensor, filters }
  writeFileSync(path, JSON.stringify({ ...manifest, hash: datasetHash(manifest) }))
  expect((await train({ config: tinyConfig({ epochs: 2 }), dataset, run: join(folder, 'run'), engine })).state).toBe('finished')
  const settings = exportSettingsSchema.parse({ format: 'package', maxLoss: 1 })
  const record = await exportModel({ run: join(folder, 'run'), dataset, checkpoint: 'last', model: join(folder, 'model'), engine, settings })
  const files = unzipSync(readFileSync(record.path))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return { record, files, at: folder }
}

/** float32 values of a .npy file of Saccade's. */
const numbers = (npy: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(npy.subarray(128)).buffer)
interface Sidecar {
  labels: string[]
  sha256: Record<string, string>
  training: Record<string, unknown>
  accuracy: unknown
  accuracyByTimestep: { value: number; interval95: number[] }[]
  formats: { format: string; file?: string }[]
}
/** NaN where their lengths differ. */
const largest = (a: Float32Array, b: Float32Array): number => (a.length === b.length ? a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) : NaN)
const modelOf = (files: Record<string, Uint8Array>) =>
  JSON.parse(new TextDecoder().decode(files['model.json'])) as Input & Sidecar
const difference = (output: string, what: string): number => Number(new RegExp(`${what} differ from Saccade's by at most ([\\d.e+-]+)`).exec(output)?.[1] ?? NaN)

describe('a package', () => {
  let made: Awaited<ReturnType<typeof unpacked>>
  beforeAll(async () => {
    made = await unpacked({ timesteps: 4, splitBy: 'count', normalize: 'max', resize: [10, 10] }, [23, 17], [{ type: 'flip', axis: 'vertical' }, { type: 'refractory', period: 400 }])
    symlinkSync(resolve('node_modules'), join(made.at, 'samples', 'typescript', 'node_modules'))
  })
  afterAll(() => rmSync(made.at, { recursive: true, force: true }))

  it('holds every format, hashes of all its files, conventions, recipe, accuracies with intervals, and figures', () => {
    const { record, files } = made
    const model = modelOf(files)
    expect(model.formats.map(({ format, file }) => `${format} ${file}`)).toEqual(['window window.onnx', 'step step.onnx', 'int8 int8.onnx', 'nir model.nir', 'pytorch model.safetensors'])
    for (const [name, hash] of Object.entries(model.sha256)) expect(sha256(files[name]!), name).toBe(hash)
    expect(Object.keys(model.sha256).length).toBe(Object.keys(files).length - 1)
    expect(model.training).toMatchObject({ optimizer: { name: 'adam' }, learningRate: 0.01, epochsTrained: 2 })
    expect(model).toMatchObject({ conventions: { channels: '0 OFF, 1 ON' }, neuron: { model: 'leaky integrate-and-fire' }, filters: [{ type: 'flip' }, { type: 'refractory' }], framing: { splitBy: 'count' } })
    const { accuracyTrained, accuracyExported, samples } = record.proof
    expect(model.accuracy).toEqual({ split: 'test', value: accuracyTrained, samples, interval95: wilson(accuracyTrained, samples) })
    expect(model.accuracyByTimestep.map(({ interval95 }) => interval95)).toEqual(model.accuracyByTimestep.map(({ value }) => wilson(value, samples)))
    expect(model.accuracyByTimestep.map(({ value }) => value)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), accuracyExported])
    const card = new TextDecoder().decode(files['README.md'])
    expect(card).toMatch(/Accuracy on the test split: .* \(95 % .* to .*, 12 samples\)/)
    const figures = Array.from(card.matchAll(/!\[.*?\]\((.*?)\)/g), ([, path]) => path!)
    expect(figures).toEqual(['figures/accuracy-by-timestep.svg', 'figures/confusion.svg', 'figures/firing-rates.svg'])
    for (const path of figures) expect(new TextDecoder().decode(files[path]), path).toMatch(/^<svg [^]*<\/svg>$/)
    expect(record.notes?.[0]).toContain('window.onnx')
  })

  /** What each language's sample answers, with nothing, in steps, and in steps that stop. */
  function expectAnswers(run: (options: readonly string[]) => string): void {
    const whole = run([])
    expect(difference(whole, 'frames')).toBeLessThan(1e-6)
    expect(difference(whole, 'logits')).toBeLessThan(1e-5)
    const label = /class: (.*)/.exec(whole)?.[1]
    expect(modelOf(made.files).labels).toContain(label)
    const steps = run(['--steps'])
    expect(steps).toContain('timestep 4 of 4: ' + label)
    expect(difference(steps, 'logits')).toBeLessThan(1e-5)
    expect(steps).toContain(`class: ${label}`)
    // Any answer has a probability of more than 0.
    const stopped = run(['--steps', '--stop', '0.01'])
    expect(stopped).toContain('timestep 1 of 4')
    expect(stopped).not.toContain('timestep 2')
  }

  /** What it makes of a recording that is given, and of a model without one (of pictures): the first of the test split. */
  async function expectInputs(run: (options: readonly string[]) => string): Promise<void> {
    const [recording, saved, cut] = [join(made.at, 'golden', 'recording.csv'), join(made.at, 'saved.npy'), [9000, 60_000]] as const
    run([recording, '--cut', cut.join(), '--save', saved])
    const bytes = readFileSync(recording)
    expect(Buffer.from(readFileSync(saved).subarray(0, 8))).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'))
    const expected = framesOf(await readRecording('recording.csv', bytes), modelOf(made.files), cut)
    expect(largest(numbers(readFileSync(saved)), expected)).toBeLessThan(1e-6)
    rmSync(recording)
    expect(difference(run([]), 'logits')).toBeLessThan(1e-5)
    writeFileSync(recording, bytes)
  }

  async function expectRuns(run: (options: readonly string[]) => string): Promise<void> {
    expectAnswers(run)
    await expectInputs(run)
  }

  it('TypeScript in Node: reads, frames and classifies as Saccade does, at once and step by step', async () => {
    await expectRuns((options) => execFileSync(process.execPath, [join(made.at, 'samples', 'typescript', 'node.ts'), ...options], { encoding: 'utf8' }))
  })

  it.skipIf(!numpy)(`Python: the same, by ${pythonRuntime}${numpy ? '' : ` (skipped: ${python} has no numpy, apt-get install python3-numpy)`}`, async () => {
    await expectRuns((options) => execFileSync(python, [join(made.at, 'samples', 'python', 'classify.py'), ...options], { encoding: 'utf8', env: pythonEnv }))
  })

  it.skipIf(!compiler)(`C++: the same, linked to the library of onnxruntime-node${compiler ? '' : ' (skipped: no g++)'}`, async () => {
    const cpp = join(made.at, 'samples', 'cpp')
    execFileSync('g++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', 'classify.cpp', library, `-Wl,-rpath,${dirname(library)}`, '-o', 'classify'], { cwd: cpp })
    await expectRuns((options) => execFileSync(join(cpp, 'classify'), options, { cwd: cpp, encoding: 'utf8' }))
  })

  const header = process.env.ORT_INCLUDE
  it.skipIf(!compiler || header === undefined)(`C++: places in the table of functions are those of the official header${header === undefined ? ' (skipped: ORT_INCLUDE names no folder with onnxruntime_c_api.h)' : ''}`, () => {
    const places = Array.from(new TextDecoder().decode(made.files['samples/cpp/onnxruntime.hpp']).matchAll(/\b([A-Z]\w+) = (\d+)\b/g))
    expect(places.length).toBe(17)
    const checks = places.map(([, name, place]) => `static_assert(offsetof(OrtApi, ${name}) == ${place} * sizeof(void*), "${name}");`)
    writeFileSync(join(made.at, 'places.cpp'), `#include <onnxruntime_c_api.h>\n#include <cstddef>\n${checks.join('\n')}\n`)
    execFileSync('g++', ['-std=c++17', '-fsyntax-only', `-I${header}`, 'places.cpp'], { cwd: made.at })
  })

  it('TypeScript in a browser: the page classifies a recording that is chosen in it, at once and step by step', async () => {
    const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(made.at, 'samples', 'typescript', 'serve.ts'), '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const browser = await launchBrowser()
    try {
      const [said] = (await once(server.stdout, 'data')) as [Buffer]
      const page = await browser.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(error.message))
      await page.goto(said.toString().trim())
      const known = numbers(made.files['golden/recording-logits.npy']!)
      const expectLogits = async (): Promise<void> => {
        const logits = JSON.parse((await page.locator('#answer[data-state=done]').getAttribute('data-logits')) ?? '') as number[]
        expect(largest(Float32Array.from(logits), known), faults.join()).toBeLessThan(1e-5)
      }
      await page.locator('#recording:enabled').setInputFiles(join(made.at, 'golden', 'recording.csv'))
      await expectLogits()
      await page.locator('#steps').check()
      await expectLogits()
      await page.locator('#recording').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('nothing') })
      await page.locator('#answer[data-state=failed]').waitFor()
      expect(await page.locator('#answer').textContent()).toContain('a.csv')
    } finally {
      await browser.close()
      server.kill()
    }
  })

  it('tells in its card what it could not hold, and why', () => {
    const card = modelCard({ ...base, filters: [] }, [{ format: 'nir', file: 'model.nir', refused: "NIR can't express this network: it has max pooling." }])
    expect(card).toContain("| nir | – | NIR can't express this network: it has max pooling. |")
  })
})

it('tells in its card what a model of pictures takes', () => {
  const card = modelCard({ ...base, filters: [], shape: [2, 3, 8, 8], normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], source: 'by hand' } }, [])
  expect(card).toContain('channels red, green, blue')
  expect(card).toContain('- mean: `[0.5,0.5,0.5]`')
  expect(card).not.toContain('OFF')
})

it('counts right answers after each timestep, and what is taken for what', async () => {
  // Two classes, two timesteps, three samples: of class 0 right at once, of class 1 right only later, of class 1 never.
  const dataset = { test: Int32Array.from([4, 5, 6]), labels: Int32Array.from([9, 9, 9, 9, 0, 1, 1]), sampleLength: 1, shape: [2, 1, 1, 1], manifest: { classes: ['a', 'b'] }, readSamples: (rows: Int32Array, into: Float32Array) => into.set(rows) }
  const logits: Record<number, number[]> = { 4: [2, 1, 0, 0], 5: [1, 0, 0, 3], 6: [5, 0, 1, 2] }
  const run = (frames: Float32Array) => Promise.resolve({ perTimestep: Float32Array.from(Array.from(frames).flatMap((row) => logits[row]!)) })
  const answers = await testAnswers({ run } as unknown as ModelRunner, dataset as unknown as Dataset, 2)
  expect(answers).toEqual({ samples: 3, accuracyByTimestep: [1 / 3, 2 / 3], confusion: [[1, 0], [1, 1]] })
})

const base = {
  version: '1', name: 'Card', labels: ['a', 'b'], sensor: [8, 8] as [number, number], shape: [2, 2, 8, 8] as [number, number, number, number], neuron: {}, training: {}, dataset: { name: 'D', hash: 'h' },
  framing: { timesteps: 2, splitBy: 'count' as const, normalize: 'none' as const, resize: null }, accuracy: { split: 'test' as const, value: 0.5, samples: 10 }, checkpoint: { kind: 'best' as const, epoch: 1, chosenBy: 'x' },
}

it("Wilson's interval is the one of his table", () => {
  // 81 of 263: Newcombe (1998), method 3, gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
  const [low, high] = wilson(81 / 263, 263)
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662'])
  expect(wilson(0, 20).map((share) => share.toFixed(4))).toEqual(['0.0000', '0.1611'])
})
