import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { datasetHash } from '../../main/datasets/dataset.ts'
import type { DatasetManifest } from '../../main/datasets/schema.ts'
import { exportModel, sha256 } from '../../main/deployment/export.ts'
import { modelCard, wilson } from '../../main/deployment/package/card.ts'
import { exportSettingsSchema } from '../../main/deployment/schema.ts'
import { train } from '../../main/training/trainer.ts'
import { makeDataset, oneThread, temporaryFolder, tinyConfig } from '../training/tiny.ts'

const engine = oneThread()
const works = (program: string, args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const python = '/usr/bin/python3'
const numpy = works(python, ['-c', 'import numpy'])
const compiler = works('g++', ['--version'])
const none = { timesteps: 4, representation: 'counts' } as const

/** An exported package of a network, unpacked. */
async function unpacked(framing: Partial<DatasetManifest['framing']>, sensor: [number, number]) {
  const folder = temporaryFolder()
  const dataset = await makeDataset(join(folder, 'dataset'), { test: 12 })
  const path = join(dataset, 'manifest.json')
  const before = JSON.parse(readFileSync(path, 'utf8')) as DatasetManifest
  const manifest = { ...before, framing: { ...before.framing, ...framing }, sensor }
  writeFileSync(path, JSON.stringify({ ...manifest, hash: datasetHash(manifest) }))
  expect((await train({ config: tinyConfig({ epochs: 2 }), dataset, run: join(folder, 'run'), engine })).state).toBe('finished')
  const settings = exportSettingsSchema.parse({ format: 'package', maxLoss: 1 })
  const record = await exportModel({ run: join(folder, 'run'), dataset, checkpoint: 'last', model: join(folder, 'model'), engine, settings })
  const files = unzipSync(readFileSync(record.path))
  const at = join(folder, 'unpacked')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), content)
  }
  return { record, files, at }
}

const difference = (output: string, what: string): number => Number(new RegExp(`${what} differ from Saccade's by at most ([\\d.e+-]+)`).exec(output)?.[1] ?? NaN)

describe('a package', () => {
  it.each<[string, Partial<DatasetManifest['framing']> & Pick<DatasetManifest['framing'], 'splitBy'>, [number, number]]>([
    ['count, divided by the maximum, resized', { splitBy: 'count', normalize: 'max', resize: [10, 10] }, [23, 17]],
    ['duration, binary, not resized', { splitBy: 'duration', blockUs: 20_000, representation: 'binary' }, [10, 10]],
  ])('%s: its samples read a recording, frame it and classify it as Saccade does', async (_, framing, sensor) => {
    const { record, files, at } = await unpacked({ ...none, ...framing }, sensor)
    const model = JSON.parse(new TextDecoder().decode(files['model.json'])) as { labels: string[]; sha256: Record<string, string>; formats: { format: string; file?: string }[]; accuracy: { interval95: number[] } }
    expect(model.formats.map(({ format, file }) => `${format} ${file}`)).toEqual(['window window.onnx', 'step step.onnx', 'int8 int8.onnx', 'nir model.nir', 'pytorch model.safetensors'])
    for (const [name, hash] of Object.entries(model.sha256)) expect(sha256(files[name]!), name).toBe(hash)
    expect(Object.keys(model.sha256).length).toBe(Object.keys(files).length - 1)
    expect(new TextDecoder().decode(files['README.md'])).toMatch(/Accuracy on the test split: .* \(95 % .* to .*, 12 samples\)/)
    expect(record.notes?.[0]).toContain('window.onnx')

    symlinkSync(resolve('node_modules'), join(at, 'node_modules'))
    const fromNode = execFileSync(process.execPath, [join(at, 'samples', 'typescript', 'node.ts')], { encoding: 'utf8' })
    expect(difference(fromNode, 'frames')).toBeLessThan(1e-5)
    expect(difference(fromNode, 'logits')).toBeLessThan(1e-3)
    const said = /class: (.*)/.exec(fromNode)?.[1]
    expect(model.labels).toContain(said)
    // Each language's own code for blocks and scale is in one of the cases; the compiler takes seconds.
    if (framing.splitBy !== 'count') return
    if (numpy) {
      const fromPython = execFileSync(python, [join(at, 'samples', 'python', 'classify.py')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      expect(difference(fromPython, 'frames')).toBeLessThan(1e-5)
      if (fromPython.includes('read and framed only')) console.warn('Python: neither onnxruntime nor an onnx with a reference evaluator is installed, so the sample was only seen to read and frame')
      else expect(/class: (.*)/.exec(fromPython)?.[1]).toBe(said)
    } else console.warn(`skipped: ${python} has no numpy (apt-get install python3-numpy), so the Python sample was not run`)
    if (!compiler) return console.warn('skipped: no g++, so the C++ sample was not built')
    const cpp = join(at, 'samples', 'cpp')
    execFileSync('g++', ['-std=c++17', '-Wall', '-Werror', 'classify.cpp', '-o', 'classify'], { cwd: cpp })
    const fromCpp = execFileSync(join(cpp, 'classify'), { cwd: cpp, encoding: 'utf8' })
    expect(difference(fromCpp, 'frames')).toBeLessThan(1e-5)
    expect(fromCpp).toContain('built without onnxruntime: read and framed only')
  })

  it('tells in its card what it could not hold, and why', () => {
    const card = modelCard({ ...base, filters: [] }, [{ format: 'nir', file: 'model.nir', refused: "NIR can't express this network: it has max pooling." }])
    expect(card).toContain("| nir | – | NIR can't express this network: it has max pooling. |")
  })
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
