import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalysisOptions } from '../../main/analysis/schema.ts'
import { analysisOptionsSchema } from '../../main/analysis/schema.ts'
import { filterNormalized } from '../../main/analysis/directions.ts'
import { landscape, strides } from '../../main/analysis/landscape.ts'
import { Objective } from '../../main/analysis/objective.ts'
import { sharpness } from '../../main/analysis/sharpness.ts'
import { withSubject, type Subject } from '../../main/analysis/subject.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { Evaluator } from '../../main/training/evaluate.ts'
import type { AnalysisResult, CallInput, LandscapeResult } from '../../preload/contract/index.ts'
import { spread } from '../snn/run.ts'
import { openBench, shapes, smallFraming, temporaryFolder, tinyNetwork, tinyRun, type TestBench } from '../support/workbench.ts'

const tensor = (shape: readonly number[], from: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 3 * spread(i + from)),
})
const weights = { conv: tensor([4, 2, 3, 3], 0), output: tensor([3, 8], 50), gain: tensor([4], 90) }
const norm = (values: Float32Array): number => Math.hypot(...values)

describe('filter-normalized directions', () => {
  const direction = filterNormalized(weights, 1, 0)
  it('have the norm of each filter of the weights, and leave vectors alone', () => {
    expect([...direction.keys()]).toEqual(['conv', 'output'])
    for (const [name, size] of [['conv', 18], ['output', 8]] as const) {
      for (let from = 0; from < weights[name].data.length; from += size) {
        const found = direction.get(name)?.subarray(from, from + size) ?? new Float32Array()
        expect(norm(found)).toBeCloseTo(norm(weights[name].data.subarray(from, from + size)), 4)
      }
    }
  })
  it('take filters of any size', () => {
    const wide = { dense: tensor([1, 300_000], 7) }
    const found = filterNormalized(wide, 1, 0).get('dense') ?? new Float32Array()
    const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    expect(length(found) / length(wide.dense.data)).toBeCloseTo(1, 4)
  })
  it('are the same for the same seed, and two different ones', () => {
    expect(filterNormalized(weights, 1, 0)).toEqual(direction)
    expect(filterNormalized(weights, 1, 1).get('conv')).not.toEqual(direction.get('conv'))
    expect(filterNormalized(weights, 2, 0).get('conv')).not.toEqual(direction.get('conv'))
  })
  it('are the same random numbers for every run of a network, each scaled by its own filters', () => {
    const other = filterNormalized({ conv: tensor([4, 2, 3, 3], 400) }, 1, 0).get('conv') ?? new Float32Array()
    for (let from = 0; from < 72; from += 18) {
      const [one, two] = [direction.get('conv')?.subarray(from, from + 18) ?? new Float32Array(), other.subarray(from, from + 18)]
      const cosine = one.reduce((sum, value, i) => sum + value * (two[i] ?? NaN), 0) / (norm(one) * norm(two))
      expect(cosine).toBeCloseTo(1, 5)
    }
    expect(norm(other)).not.toBeCloseTo(norm(direction.get('conv') ?? new Float32Array()), 2)
  })
})

describe('nested grids', () => {
  it('go from coarse to fine, and every point is one of the next', () => {
    expect(strides(17)).toEqual([8, 4, 2, 1])
    expect(strides(13)).toEqual([6, 3, 1])
    expect(strides(12)).toEqual([1])
    expect(strides(3)).toEqual([1])
    for (const grid of [9, 13, 31, 51]) strides(grid).reduce((before, stride) => (expect(before % stride).toBe(0), stride), grid - 1)
  })
})

/** Eigenvalues of a symmetric matrix by Jacobi's rotations. */
function eigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row])
  const n = a.length
  const at = (i: number, j: number): number => a[i]?.[j] ?? NaN
  for (let sweep = 0; sweep < 12; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(at(p, q)) < 1e-14) continue
        const angle = 0.5 * Math.atan2(2 * at(p, q), at(q, q) - at(p, p))
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (const row of a) {
          const [x = NaN, y = NaN] = [row[p], row[q]]
          row[p] = c * x - s * y
          row[q] = s * x + c * y
        }
        const [top = [], bottom = []] = [a[p], a[q]]
        for (let k = 0; k < n; k++) {
          const [x = NaN, y = NaN] = [top[k], bottom[k]]
          top[k] = c * x - s * y
          bottom[k] = s * x + c * y
        }
      }
  return a.map((row, i) => row[i] ?? NaN)
}

describe('around a run', () => {
  let root: string
  let bench: TestBench
  let folders: { run: string; dataset: string }
  let id: string
  beforeAll(async () => {
    root = temporaryFolder('landscape', () => undefined)
    bench = openBench(join(root, 'library'))
    const recordings = await shapes(join(root, 'recordings'), 6)
    const imported = await bench.call('datasets.import', { folder: recordings, name: 'Shapes', framing: { ...smallFraming, timesteps: 3 }, testShare: 0.34 })
    await bench.done(imported.job)
    // Smooth spikes, so that gradients are those of the loss; 84 parameters.
    const network: CallInput<'runs.start'>['network'] = {
      ...tinyNetwork, neuron: { ...tinyNetwork.neuron, sigmoidSpike: 4 },
      layers: [{ type: 'conv', out: 2, kernel: 3, stride: 1, padding: 1, pool: { kind: 'average', size: 8, stride: 8, padding: 0 } }],
    }
    const started = await bench.call('runs.start', tinyRun(imported.dataset, { network, epochs: 2, keepEvery: 1, method: { name: 'trt', lambda: 1e-3 }, batchSize: 5 }))
    id = started.run
    await bench.done(started.job)
    folders = { run: join(root, 'library/runs', id), dataset: join(root, 'library/datasets', imported.dataset) }
  }, 120_000)
  afterAll(async () => {
    await bench.workbench.close()
    rmSync(root, { recursive: true, force: true })
  })

  const looked = <T>(options: Partial<AnalysisOptions>, work: (subject: Subject) => Promise<T>, more: Partial<Subject> = {}): Promise<T> =>
    withSubject({ ...folders, engine: onnxRuntime(), options: analysisOptionsSchema.parse({ checkpoint: 'last', grid: 3, cutPoints: 5, ...options }) }, (subject) => work({ ...subject, ...more }))

  it('has at every point the losses of the moved weights, brute force', async () => {
    await looked({ seed: 3, samples: 7 }, async (subject) => {
      const found = await landscape(subject)
      const { variables, config, dataset, indices, shape: { shape: [timesteps] } } = subject
      const [d1, d2] = [filterNormalized(variables, 3, 0), filterNormalized(variables, 3, 1)]
      const rows = Int32Array.from({ length: 7 }, (_, i) => indices[Math.floor((i * indices.length) / 7)] ?? -1)
      const evaluator = await Evaluator.open(subject.engine, config, dataset, 7)
      for (const [a, b] of [[-1, 1], [0, 0.5], [0.5, 0]] as const) {
        const moved = Object.fromEntries(
          Object.entries(variables).map(([name, { shape, data }]) => [name, { shape, data: data.map((w, i) => w + a * (d1.get(name)?.[i] ?? 0) + b * (d2.get(name)?.[i] ?? 0)) }]),
        )
        const evaluation = await evaluator.run(moved, rows)
        const at = (name: 'sdt' | 'tet' | 'own' | 'own-fit'): number => {
          if (a === -1) return found.surfaces?.[name]?.[2]?.[0] ?? NaN
          return (b === 0 ? found.cuts?.first : found.cuts?.second)?.[name]?.[3] ?? NaN
        }
        expect(at('sdt')).toBeCloseTo(evaluation?.loss ?? NaN, 5)
        // Cross-entropy is convex: its mean over timesteps is never below that of the mean (TET eq. 12).
        expect(at('tet')).toBeGreaterThan(at('sdt'))
        // r(t) as the paper writes it, summed over every weight and gain.
        const { lambda, delta, epsilon } = { delta: 0.5, epsilon: 1e-5, lambda: 1e-3 }
        let penalty = 0
        for (const [name, { data }] of Object.entries(moved)) {
          if (!/weight|gain/.test(name)) continue
          for (const w of data) for (let t = 0; t < timesteps; t++) penalty += (lambda * w * w) / (1 + (Math.abs(w) + epsilon) * (Math.exp(delta * t) - 1)) / timesteps
        }
        expect(penalty).toBeGreaterThan(1e-3)
        expect(at('own') - at('own-fit')).toBeCloseTo(penalty, 5)
      }
      await evaluator.release()
    })
  })

  it('comes coarse first, and each refinement keeps the points it has', async () => {
    const partial: LandscapeResult[] = []
    const onPartial = (result: AnalysisResult): void => void (result.kind === 'landscape' && partial.push(result))
    const found = await looked({ grid: 9, samples: 4 }, landscape, { onPartial })
    expect(partial.map(({ axis }) => axis.length)).toEqual([3, 5])
    for (const { axis, loss } of [...partial, found]) {
      const step = 8 / (axis.length - 1)
      loss.forEach((row, j) => row.forEach((value, i) => expect(value).toBe(found.loss[j * step]?.[i * step])))
    }
    expect(found.loss.flat().every(Number.isFinite)).toBe(true)
    expect(found.points?.reused).toBe(0)
  })

  it('goes on after it was cancelled with the points it has, and a finer one begins with them', async () => {
    const abort = new AbortController()
    const options = { grid: 5, samples: 3, seed: 9 }
    const cancelled = looked(options, landscape, { signal: abort.signal, onProgress: (share) => void (share > 0.4 && abort.abort()) })
    await expect(cancelled).rejects.toThrow(/cancelled/)
    const second = await looked(options, landscape)
    expect(second.points?.reused).toBeGreaterThan(10)
    expect((second.points?.taken ?? 0) + (second.points?.reused ?? 0)).toBe(25 + 8 - 4)
    const finer = await looked({ ...options, grid: 9 }, landscape)
    expect(finer.points?.taken).toBe(81 + 4 - (25 + 4))
    // Nothing of that was reused for other samples.
    expect((await looked({ ...options, samples: 2 }, landscape)).points?.reused).toBe(0)
    expect((await looked(options, landscape)).loss).toEqual(second.loss)
  })

  it('is as sharp as the dense Hessian of finite differences says', async () => {
    await looked({ samples: 4, loss: 'own', iterations: 100, hessianStep: 1e-3, probes: 30, directions: 3, radius: 0.25 }, async (subject) => {
      const found = await sharpness(subject)
      const objective = await Objective.open(subject, 'own')
      const { variables } = subject
      const places = objective.trained.flatMap((name) => Array.from(variables[name]?.data ?? [], (_, i) => ({ name, i })))
      const with_ = (moves: readonly (readonly [number, number])[]) => {
        const moved = Object.fromEntries(Object.entries(variables).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]))
        for (const [k, by] of moves) {
          const { name, i } = places[k] ?? { name: '', i: 0 }
          const data = moved[name]?.data
          if (data) data[i] = (data[i] ?? NaN) + by
        }
        return moved
      }
      const gradientAt = async (k: number, by: number): Promise<number[]> => {
        const into = new Map(objective.trained.map((name) => [name, new Float64Array(variables[name]?.data.length ?? 0)]))
        await objective.gradient(with_([[k, by]]), into)
        return [...into.values()].flatMap((values) => [...values])
      }
      const h = 2e-3
      const rows: number[][] = []
      for (let k = 0; k < places.length; k++) {
        const [ahead, behind] = [await gradientAt(k, h), await gradientAt(k, -h)]
        rows.push(ahead.map((value, i) => (value - (behind[i] ?? NaN)) / (2 * h)))
      }
      // The gradient is the loss's: second differences of the loss give the same.
      const lossAt = async (moves: readonly (readonly [number, number])[]): Promise<number> => (await objective.losses(with_(moves))).own ?? NaN
      const middle = await lossAt([])
      const steepest = rows.reduce((best, row, k) => (Math.abs(row[k] ?? NaN) > Math.abs(rows[best]?.[best] ?? NaN) ? k : best), 0)
      const second = ((await lossAt([[steepest, 0.05]])) - 2 * middle + (await lossAt([[steepest, -0.05]]))) / 0.05 ** 2
      const diagonal = rows[steepest]?.[steepest] ?? NaN
      expect(Math.abs(second / diagonal - 1)).toBeLessThan(0.02)
      rows.forEach((row, k) => row.forEach((value, i) => expect(Math.abs(value - (rows[i]?.[k] ?? NaN))).toBeLessThan(2e-3 * Math.abs(diagonal) + 1e-3)))

      const scales = places.map(({ name, i }) => {
        const { shape, data } = variables[name] ?? { shape: [1], data: new Float32Array() }
        const size = data.length / (shape[0] ?? 1)
        const from = Math.floor(i / size) * size
        return shape.length < 2 ? 0 : Math.hypot(...data.subarray(from, from + size))
      })
      for (const [kind, scale] of [['plain', places.map(() => 1)], ['normalized', scales]] as const) {
        const matrix = rows.map((row, k) => row.map((value, i) => (value + (rows[i]?.[k] ?? NaN)) / 2 * (scale[i] ?? NaN) * (scale[k] ?? NaN)))
        const values = eigenvalues(matrix)
        expect(found[kind].parameters).toBe(scale.filter((value) => value > 0).length)
        expect(found[kind].eigenvalue / Math.max(...values)).toBeCloseTo(1, 2)
        expect(found[kind].halved / found[kind].eigenvalue).toBeCloseTo(1, 2)
        const { value = NaN, error = NaN } = found[kind].trace ?? {}
        expect(Math.abs(value - values.reduce((a, b) => a + b, 0))).toBeLessThan(4 * error)
      }
      expect(found.loss).toBeCloseTo(middle, 6)
      expect(found.gradientNorm).toBeCloseTo(Math.hypot(...(await gradientAt(0, 0))), 6)
      expect(found.products).toBe('central difference of the gradient')
      expect(found.rise.values).toHaveLength(3)
      const direction = filterNormalized(variables, subject.options.seed, 2)
      const moves = places.map(({ name, i }, k) => [k, 0.25 * (direction.get(name)?.[i] ?? 0)] as const)
      expect(found.rise.values[2]).toBeCloseTo((await lossAt(moves)) - middle, 5)
      await objective.release()
    })
  })

  it('is told coarse first in the workbench; of a kept epoch; and stale once there is another checkpoint', async () => {
    const coarse: number[] = []
    const stop = bench.workbench.on('analysis.partial', ({ run, result }) => {
      if (run === id && result.kind === 'landscape') coarse.push(result.axis.length)
    })
    const options = { checkpoint: 1, grid: 9, samples: 4, cutPoints: 3 }
    const { epoch, hash, result } = await bench.call('runs.analyze', { id, kind: 'landscape', options })
    stop()
    expect(coarse.at(-1)).toBe(5)
    expect(epoch).toBe(1)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    if (result.kind !== 'landscape') throw new Error('another analysis')
    const last = await bench.call('runs.analyze', { id, kind: 'landscape', options: { ...options, grid: 3, checkpoint: 'last' } })
    expect(last.hash).not.toBe(hash)
    expect(readdirSync(join(folders.run, 'analysis')).filter((file) => file.endsWith('.json'))).toEqual(['landscape-epoch-1.json', 'landscape-last.json'])
    const stale = async () => (await bench.call('runs.analyses', { id })).analyses.map(({ stale: old }) => old)
    expect(await stale()).toEqual([false, false])
    await expect(bench.call('runs.analyze', { id, kind: 'time', options: { checkpoint: 7 } })).rejects.toThrow(/epoch 7, but of 1, 2/)
  })
})
