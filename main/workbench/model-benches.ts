import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type ModelBench, modelBenchSchema } from '../deployment/bench/schema.ts'
import { launchBench } from '../deployment/launcher.ts'
import type { LibraryModel } from '../deployment/schema.ts'
import { discover } from '../engines/discover.ts'
import { packageVersion } from '../engines/install/places.ts'
import { readJson, writeJson } from '../training/atomic.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled } from './jobs.ts'
import { cancellable } from './models.ts'
import type { Shared } from './shared.ts'

const file = 'benchmark.json'

/** A classifier of another origin: what it computes in is not known. */
const isForeign = (model: LibraryModel): boolean => 'imported' in model && model.imported.ports !== undefined

/** Measurements of models on this machine, kept with them. */
export class ModelBenches {
  readonly #shared: Shared
  readonly #models: { get(id: string): LibraryModel }

  constructor(shared: Shared, models: { get(id: string): LibraryModel }) {
    this.#shared = shared
    this.#models = models
  }

  /** null where nothing was measured, or by another version in another form */
  measured(id: string): ModelBench | null {
    const path = join(this.#shared.library.existing('models', id), file)
    if (!existsSync(path)) return null
    const parsed = modelBenchSchema.safeParse(readJson(path))
    return parsed.success ? parsed.data : null
  }

  /** On the CPU and on every other device that is here; a device that fails is told, not the end. @throws UsageError, Cancelled */
  async measure(id: string, batches: readonly number[]): Promise<ModelBench> {
    const { jobs, library, spawn } = this.#shared
    const model = this.#models.get(id)
    const { format = 'window', path, name } = model
    if (format !== 'window' && format !== 'step' && format !== 'int8') throw new UsageError(`Model "${id}" is a ${format} file, for other programs: only ONNX files are measured.`)
    const devices = discover().filter(({ device, state }) => device === 'cpu' || (device !== 'tensorflow' && state !== 'missing'))
    const bench: ModelBench = {
      created: new Date().toISOString(), machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`, runtime: `onnxruntime ${packageVersion('onnxruntime-node')}`,
      file: { bytes: model.bytes, ...(!isForeign(model) && { precision: format === 'int8' ? 'int8' : 'float32' }) }, rows: [], memory: [], failures: [],
    }
    const { id: job } = jobs.start({ kind: 'evaluation', title: `Measure ${name}`, subject: null }, async (context) => {
      for (const [i, { device, title }] of devices.entries()) {
        context.update({ progress: i / devices.length, detail: title })
        try {
          const { rows, memory } = await cancellable(context.signal, launchBench({ file: path, device, batches }, spawn))
          bench.rows.push(...rows)
          bench.memory.push({ device, bytes: memory })
        } catch (error) {
          if (error instanceof Cancelled) throw error
          bench.failures.push({ device, reason: error instanceof Error ? error.message : String(error) })
        }
      }
      if (bench.rows.length === 0) throw new Error(bench.failures.map(({ reason }) => reason).join('\n'))
      writeJson(join(library.folder('models', id), file), bench)
      return `measured on ${devices.length - bench.failures.length} of ${devices.length} devices`
    })
    const ended = await jobs.ended(job)
    if (ended.state === 'done') return bench
    throw ended.state === 'cancelled' ? new Cancelled() : new Error(ended.error ?? 'The measurement failed.')
  }
}

export function benchHandlers(benches: ModelBenches): Pick<Handlers, 'models.bench' | 'models.measured'> {
  return {
    'models.bench': ({ id, batches }) => benches.measure(id, batches),
    'models.measured': ({ id }) => ({ bench: benches.measured(id) }),
  }
}
