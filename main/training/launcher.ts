import type { SpawnChild } from './child.ts'
import type { Device } from '../engines/schema.ts'
import type { DeviceMeasurement } from './measure.ts'
import type { Estimate, EstimateInput, EvaluateInput, MeasureInput, TrainingInput, TrainingOutcome, TrainingProgress } from './protocol.ts'
import type { Evaluation } from './evaluate.ts'
import { interruptedMessage, isRun, writeStatus } from './run-store.ts'
import type { EpochMetrics, StepProgress, TrainingConfig } from './schema.ts'
import { runTask, TaskLost, type RunningTask } from './task.ts'

export interface LaunchOptions {
  readonly config: TrainingConfig
  /** Folder of the dataset. */
  readonly dataset: string
  /** Folder of the run: a new one, one made by `createRun`, or one to go on with. */
  readonly run: string
  /** `forkNode` under Node; in Electron one that adopts a utility process (child.ts). */
  readonly spawn: SpawnChild
  readonly env?: Record<string, string>
  readonly stopTimeoutMs?: number
  readonly onStep?: (step: StepProgress) => void
  readonly onEpoch?: (metrics: EpochMetrics) => void
}

export interface RunningTraining {
  readonly pid: number | undefined
  /** Never rejects: a crash is an outcome, and stands in the run's status. */
  readonly outcome: Promise<TrainingOutcome>
  /** Saves and stops; a second time, or after `stopTimeoutMs`, ends the process (then the current epoch is lost). */
  stop(): void
  kill(): void
}

/** Trains, or goes on training, in a process of its own. */
export function launchTraining(options: LaunchOptions): RunningTraining {
  const { config, dataset, run, spawn, env, stopTimeoutMs } = options
  const task: RunningTask<TrainingOutcome> = runTask<TrainingInput, TrainingProgress, TrainingOutcome>({
    entry: 'training-process',
    input: { kind: 'train', config, dataset, run },
    spawn,
    // How far it came stands in the run.
    afterLoss: '',
    ...(env && { env }),
    ...(stopTimeoutMs !== undefined && { stopTimeoutMs }),
    onProgress: (progress) => (progress.kind === 'step' ? options.onStep?.(progress.step) : options.onEpoch?.(progress.metrics)),
  })
  return { pid: task.pid, stop: task.stop, kill: task.kill, outcome: task.result.catch((error: unknown) => lost(run, config.device, error)) }
}

/** What a run's status says after its process ended without writing it. */
function lost(run: string, device: Device, error: unknown): TrainingOutcome {
  const said = error instanceof Error ? error.message : String(error)
  // The engine's own errors are caught where they happen; what ends the process comes from native code.
  const reason = device === 'cpu' || !said.includes(' crashed ') ? said : `${said} It trained on ${device}, whose driver may be at fault: update it, try a smaller batch, or train on the CPU in a new run.`
  if (!(error instanceof TaskLost)) return { state: 'failed', message: reason }
  if (!isRun(run)) return { state: 'failed', message: reason }
  try {
    const state = error.killed ? 'stopped' : 'failed'
    const message = interruptedMessage(run, error.killed ? 'It was ended before it could save.' : reason)
    writeStatus(run, state, message)
    return { state, message }
  } catch (fault) {
    return {
      state: 'failed',
      message: `${reason}\nIts status could not be saved: ${fault instanceof Error ? fault.message : String(fault)}`,
    }
  }
}

/** Measures a few real steps in a process of its own (trainers block their thread). */
export function launchEstimate(input: Omit<EstimateInput, 'kind'>, spawn: SpawnChild): RunningTask<Estimate> {
  return runTask<EstimateInput, never, Estimate>({ entry: 'training-process', input: { kind: 'estimate', ...input }, spawn })
}

/** Takes a few training steps on a device in a process of its own: a bad driver takes no more than that with it. */
export function launchMeasurement(device: Device, spawn: SpawnChild, env?: Record<string, string>): RunningTask<DeviceMeasurement> {
  return runTask<MeasureInput, never, DeviceMeasurement>({
    entry: 'training-process',
    input: { kind: 'measure', device },
    spawn,
    ...(env && { env }),
  })
}

/** Evaluates a checkpoint in a process of its own. Progress: share done, 0..1. */
export function launchEvaluation(
  input: Omit<EvaluateInput, 'kind'>,
  spawn: SpawnChild,
  onProgress?: (share: number) => void,
): RunningTask<Evaluation> {
  return runTask<EvaluateInput, number, Evaluation>({
    entry: 'training-process',
    input: { kind: 'evaluate', ...input },
    spawn,
    ...(onProgress && { onProgress }),
  })
}
