import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { fileKinds, refuseNewer, type FileKind } from '../versioned.ts'
import { readJson, StorageError, storageError, writeAll, writeFileAtomic, writeJson } from './atomic.ts'
import { isAlive, thisProcess } from './lock.ts'
import { isBetter } from './metrics.ts'
import { measured } from './measured.ts'
import { originInMessage, originSchema } from './origin.ts'
import { epochMetricsSchema, runStateSchema, testScoreSchema, trainingConfigSchema, type EpochMetrics, type Run, type RunState, type TestScore, type TrainingConfig } from './schema.ts'
import { stageAt } from './stages.ts'
import { firingWarnings } from './warnings.ts'

/** run.json: what a run is; written once. */
const runHeaderSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  created: z.string(),
  config: trainingConfigSchema,
  /** SHA-256 of the dataset it was started on (its manifest's `hash`). */
  datasetHash: z.string(),
  classes: z.array(z.string()),
  /** Trainable parameters. */
  parameters: z.number(),
  origin: originSchema.optional(),
})
export type RunHeader = z.infer<typeof runHeaderSchema>

/** status.json: how it stands, and the process that trains it, or that will start it (see `Owner`). */
const runStatusSchema = z.object({ state: runStateSchema, message: z.string().nullable(), pid: z.number(), updated: z.string(), started: z.string().optional() })
export type RunStatus = z.infer<typeof runStatusSchema>
const confusionSchema = z.array(z.array(z.number()))

const file = { header: 'run.json', status: 'status.json', epochs: 'epochs.jsonl', confusion: 'confusion.json', test: 'test.json' }

function parse<T>(path: string, schema: z.ZodType<T>, kind?: FileKind): T {
  const content = readJson(path)
  if (kind) refuseNewer(path, content, kind)
  const result = schema.safeParse(content)
  if (!result.success) throw new StorageError(path, `not what Saccade wrote here: ${z.prettifyError(result.error)}`)
  return result.data
}

export const isRun = (run: string): boolean => existsSync(join(run, file.header))

/**
 * Makes the folder of a new run, waiting to be started. The folder's name is its id.
 * @throws StorageError where there is already one
 */
export function createRun(run: string, header: Omit<RunHeader, 'version' | 'id' | 'created'>): RunHeader {
  if (isRun(run)) throw new StorageError(run, 'there is already a run in this folder')
  const full: RunHeader = { version: 1, id: basename(run), created: new Date().toISOString(), ...header }
  try {
    mkdirSync(run, { recursive: true })
  } catch (error) {
    throw storageError(run, error)
  }
  writeStatus(run, 'waiting', null)
  writeJson(join(run, file.header), full)
  return full
}

export const readRunHeader = (run: string): RunHeader => parse(join(run, file.header), runHeaderSchema, fileKinds.run)

export function writeStatus(run: string, state: RunState, message: string | null): void {
  const status: RunStatus = { state, message, ...thisProcess() }
  writeJson(join(run, file.status), status)
}

/** As it was written last; its process may have died since (see `readStatus`). */
export function storedStatus(run: string): RunStatus {
  return existsSync(join(run, file.status))
    ? parse(join(run, file.status), runStatusSchema)
    : { state: 'stopped', message: null, pid: 0, updated: new Date(0).toISOString() }
}

/** How a run stands: a run whose process is gone without a word has failed (or, not begun, is stopped), and can be resumed. */
export function readStatus(run: string): Pick<RunStatus, 'state' | 'message'> {
  const status = storedStatus(run)
  if (status.state === 'running' && !isAlive(status))
    return {
      state: 'failed',
      message: interruptedMessage(run, 'The training process ended without a word (killed, out of memory or power cut).'),
    }
  if (status.state === 'waiting' && !isAlive(status))
    return { state: 'stopped', message: 'Saccade was closed before it began. Resume starts it.' }
  return { state: status.state, message: status.message }
}

/** Why a run broke off, and how it goes on. */
export function interruptedMessage(run: string, reason: string): string {
  const epochs = readEpochs(run).length
  if (epochs === 0) return `${reason} No epoch was finished; resume starts it again.`
  return `${reason} Nothing but the current epoch is lost: resume continues after epoch ${epochs}.`
}

/** Adds one line to epochs.jsonl, on disk when it returns. */
export function appendEpoch(run: string, metrics: EpochMetrics): void {
  const path = join(run, file.epochs)
  try {
    const handle = openSync(path, 'a')
    try {
      writeAll(handle, new TextEncoder().encode(`${JSON.stringify(metrics)}\n`))
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    throw storageError(path, error)
  }
}

/** Finished epochs in order. A last line torn by a kill is left out: its epoch was not saved either. */
export function readEpochs(run: string): EpochMetrics[] {
  const path = join(run, file.epochs)
  if (!existsSync(path)) return []
  // What stands behind the last newline is the beginning of a line that was never finished.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line, i) => {
    try {
      return [epochMetricsSchema.parse(JSON.parse(line))]
    } catch (error) {
      if (i === lines.length - 1) return []
      throw new StorageError(path, `line ${i + 1} is damaged; remove it and all after it, resume trains those epochs again`, {
        cause: error,
      })
    }
  })
}

/** Drops what epochs.jsonl holds beyond the checkpoint that a run resumes from (a kill can fall between the two writes). */
export function cutEpochs(run: string, epoch: number): EpochMetrics[] {
  const kept = readEpochs(run).filter((line) => line.epoch <= epoch)
  writeFileAtomic(join(run, file.epochs), kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return kept
}

/** The test split's score, once it is known. */
export function readTestScore(run: string): TestScore | undefined {
  const path = join(run, file.test)
  return existsSync(path) ? parse(path, testScoreSchema) : undefined
}

export const writeTestScore = (run: string, score: TestScore): void => writeJson(join(run, file.test), score)

/** [class][predicted] counts after the last epoch. */
export const writeConfusion = (run: string, confusion: number[][]): void =>
  writeFileAtomic(join(run, file.confusion), JSON.stringify(confusion))

/** A run as the window shows it. @throws StorageError where the folder holds no readable run */
export function readRun(run: string): Run {
  const { id, config, created, classes, datasetHash, parameters, origin: stored } = readRunHeader(run)
  const status = readStatus(run)
  const origin = stored ?? originInMessage(status.message)
  const epochs = readEpochs(run)
  const confusionPath = join(run, file.confusion)
  const test = readTestScore(run)
  return {
    id,
    config,
    created,
    classes,
    datasetHash,
    parameters,
    epochs,
    ...status,
    ...(origin && { origin }),
    best: bestEpoch(epochs, config),
    ...(test && { test }),
    confusion: existsSync(confusionPath) ? parse(confusionPath, confusionSchema) : null,
    warnings: firingWarnings(epochs.at(-1)?.firingRates ?? []),
  }
}

/** A run as lists show it. */
export function summarizeRun({
  epochs,
  confusion: _,
  ...run
}: Run): Omit<Run, 'epochs' | 'confusion'> & { epochsDone: number; lastTestAccuracy: number | null; lastValidationAccuracy: number | null } {
  const last = epochs.at(-1)
  return { ...run, epochsDone: epochs.length, lastTestAccuracy: last?.testAccuracy ?? null, lastValidationAccuracy: last?.validationAccuracy ?? null }
}

/** The best epoch of the stage that the run is in: other stages have other timesteps. */
function bestEpoch(epochs: readonly EpochMetrics[], config: TrainingConfig): Run['best'] {
  const { start } = stageAt(config, epochs.length - 1)
  let best: { epoch: number; value: number; testLoss: number } | null = null
  for (const line of epochs.slice(start)) {
    const { accuracy, loss } = measured(line)
    if (isBetter(line, best)) best = { epoch: line.epoch, value: accuracy, testLoss: loss }
  }
  return best && { epoch: best.epoch, metric: config.protocol === 'fair' ? 'validationAccuracy' : 'testAccuracy', value: best.value }
}
