import type { Engine } from '../../engines/engine.ts'
import type { Device } from '../../engines/schema.ts'
import { peakMemory } from '../../peak-memory.ts'
import { Random } from '../../random.ts'
import { readModelFile } from '../model-file.ts'
import { openModel } from '../open-model.ts'
import type { ModelBenchRow } from './schema.ts'

export interface MeasureOptions {
  readonly file: string
  readonly engine: Engine
  readonly device: Device
  readonly batches: readonly number[]
  /** A batch size is run at least `least` times, then until `milliseconds` have passed, at most `most` times. */
  readonly effort?: { readonly least: number; readonly most: number; readonly milliseconds: number }
}

/** The value below which a share of them lies. @param sorted ascending */
export const quantile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN

/**
 * How long a model takes for batches of several sizes, on frames with every tenth value 1. The first two runs of each size are not
 * counted: they fetch memory from the system.
 * @throws ModelFileError, EngineError
 */
export async function measureModel({ file, engine, device, batches, effort = { least: 5, most: 100, milliseconds: 2000 } }: MeasureOptions): Promise<{ rows: ModelBenchRow[]; memory: number }> {
  const model = readModelFile(file)
  const onDevice: Engine = { name: engine.name, version: engine.version, load: (onnx, options) => engine.load(onnx, { ...options, device }) }
  const runner = await openModel(onDevice, model)
  const random = new Random(1, 'model benchmark')
  const size = model.metadata.shape.reduce((a, b) => a * b, 1)
  try {
    const rows: ModelBenchRow[] = []
    for (const batch of batches) {
      const frames = Float32Array.from({ length: batch * size }, () => Number(random.uniform() < 0.1))
      await runner.run(frames, batch)
      await runner.run(frames, batch)
      const times: number[] = []
      const began = performance.now()
      while (times.length < effort.least || (times.length < effort.most && performance.now() - began < effort.milliseconds)) {
        const started = performance.now()
        await runner.run(frames, batch)
        times.push(performance.now() - started)
      }
      const sorted = times.toSorted((a, b) => a - b)
      rows.push({ device, batch, runs: times.length, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), samplesPerSecond: (batch * times.length * 1000) / times.reduce((a, b) => a + b, 0) })
    }
    return { rows, memory: peakMemory() }
  } finally {
    await runner.release()
  }
}
