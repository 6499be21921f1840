import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { StorageError, storageError, syncFolder, temporaryName, writeFileAtomic } from './atomic.ts'
import { encodeSafetensors, float32, readSafetensors } from './safetensors.ts'
import { bestSchema, type TrainingConfig } from './schema.ts'

/**
 * last: after the last finished epoch; best: after the epoch with the best accuracy on the split that chooses; pause: in the middle of an
 * epoch, where a run was stopped. Only `pause` can be ahead of `last`; it is gone when the next epoch ends.
 */
/** `epoch-N` are kept for analyses over a run's epochs, where its settings ask for them. */
export type CheckpointKind = 'last' | 'best' | 'pause' | `epoch-${number}`

/** Everything but tensors; kept as one JSON string in the file's metadata. */
const progressSchema = z.object({
  version: z.literal(1),
  /** Epochs finished. */
  epoch: z.number().int().min(0),
  /** Optimizer steps taken since the optimizer began (with the run, or its stage): Adam's k. */
  steps: z.number().int().min(0),
  /** The unfinished epoch (pause only): batches done and their sums. */
  partial: z
    .object({ batches: z.number().int(), samples: z.number().int(), lossSum: z.number(), correct: z.number().int(), seconds: z.number(), waited: z.number().optional() })
    .nullable(),
  /** With the loss that breaks ties, of the split that chooses (its name is older than validation splits). */
  best: bestSchema.extend({ testLoss: z.number() }).nullable(),
  /** Accuracy of the weights inside on the split that chooses the best; null in the middle of an epoch. */
  testAccuracy: z.number().nullable(),
  /** State of the augmentation stream. Weights and order need none: they follow from the seed and the epoch. */
  random: z.object({ augmentation: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
  datasetHash: z.string(),
  configHash: z.string(),
  /** The file of weights that the run began with, where it did (deployment/pytorch/open-weights.ts). */
  opened: z.string().optional(),
})
export type Progress = z.infer<typeof progressSchema>

/** A tensor of a training program's state: variables (weights, batch-norm statistics), then optimizer states. */
export interface StateTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export const checkpointPath = (run: string, kind: CheckpointKind): string => join(run, `${kind}.safetensors`)
export const hasCheckpoint = (run: string, kind: CheckpointKind): boolean => existsSync(checkpointPath(run, kind))

/** Writes a checkpoint atomically. @throws StorageError the checkpoint before it is untouched */
export function writeCheckpoint(run: string, kind: 'last' | 'pause', progress: Progress, state: readonly StateTensor[]): void {
  const tensors = new Map(state.map(({ name, shape, data }) => [name, { dtype: 'F32' as const, shape, data }]))
  writeFileAtomic(
    checkpointPath(run, kind),
    encodeSafetensors({ metadata: { format: 'saccade-checkpoint', progress: JSON.stringify(progress) }, tensors }),
  )
}

/**
 * Makes another checkpoint the same file as last, atomically. A second name for the same bytes costs nothing, and the next `last` is
 * another file under that name, so it leaves this one alone. Where the file system knows no links it is copied.
 */
export function keepLastAs(run: string, kind: Exclude<CheckpointKind, 'last' | 'pause'>): void {
  const path = checkpointPath(run, kind)
  const temporary = temporaryName(path)
  try {
    rmSync(temporary, { force: true })
    try {
      linkSync(checkpointPath(run, 'last'), temporary)
    } catch {
      copyFileSync(checkpointPath(run, 'last'), temporary)
    }
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    throw storageError(path, error)
  } finally {
    // Renaming one name of a file onto another of its names leaves both.
    rmSync(temporary, { force: true })
  }
}

/** Epochs of which a checkpoint is kept, ascending. */
export function keptEpochs(run: string): number[] {
  return readdirSync(run)
    .flatMap((file) => /^epoch-(\d+)\.safetensors$/.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** A checkpoint without its tensors' meaning: `tensor` fetches one by name and checks its shape. */
export interface OpenCheckpoint {
  readonly path: string
  readonly progress: Progress
  /** @throws StorageError where the tensor is missing or shaped otherwise */
  tensor(name: string, shape: readonly number[]): Float32Array
}

/** @throws StorageError where the file is missing, damaged or no checkpoint */
export function openCheckpoint(run: string, kind: CheckpointKind): OpenCheckpoint {
  const path = checkpointPath(run, kind)
  if (!existsSync(path)) {
    throw new StorageError(
      path,
      kind === 'pause' ? 'no such checkpoint' : 'no such checkpoint: the run has not finished its first epoch yet, train it further',
    )
  }
  const file = readSafetensors(path)
  const text = file.metadata['progress']
  if (file.metadata['format'] !== 'saccade-checkpoint' || text === undefined)
    throw new StorageError(path, 'a safetensors file, but not a checkpoint of Saccade')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new StorageError(path, 'metadata "progress" is not JSON', { cause: error })
  }
  const progress = progressSchema.safeParse(json)
  if (!progress.success) throw new StorageError(path, `metadata "progress": ${z.prettifyError(progress.error)}`)
  return { path, progress: progress.data, tensor: (name, shape) => float32(file, path, name, shape) }
}

/** SHA-256 of all settings that decide a run's numbers; its name and what is kept of it don't. */
export function configHash(config: TrainingConfig): string {
  const { name: _, keepEvery: _kept, ...deciding } = config
  return createHash('sha256').update(canonicalJson(deciding)).digest('hex')
}

/** JSON with sorted keys: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join()}}`
}
