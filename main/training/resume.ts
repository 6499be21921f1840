import { hasCheckpoint, keepLastAs, openCheckpoint, type OpenCheckpoint, type Progress } from './checkpoint.ts'

/**
 * Where a run goes on: in the middle of an epoch where it was stopped, else after its last finished epoch; null at its start.
 * Also mends what a kill between two writes left: best is brought up to last where last is the best.
 * @param fresh a new run's progress: its hashes are what the checkpoint's must be
 * @throws StorageError where a checkpoint is damaged; Error where it belongs to other data or settings
 */
export function resumePoint(run: string, fresh: Progress): OpenCheckpoint | null {
  const last = hasCheckpoint(run, 'last') ? openCheckpoint(run, 'last') : null
  if (last !== null && last.progress.best?.epoch === last.progress.epoch) {
    const best = hasCheckpoint(run, 'best') ? openCheckpoint(run, 'best').progress.epoch : 0
    if (best !== last.progress.epoch) keepLastAs(run, 'best')
  }
  const paused = hasCheckpoint(run, 'pause') ? openCheckpoint(run, 'pause') : null
  // A pause that last has overtaken was left by a kill just before it would have been removed.
  const point = paused !== null && paused.progress.epoch >= (last?.progress.epoch ?? 0) ? paused : last
  if (point === null) return null
  if (point.progress.datasetHash !== fresh.datasetHash)
    throw new Error(`${point.path}: this checkpoint was made on other data. Import the original dataset again, or start a new run.`)
  if (point.progress.configHash !== fresh.configHash)
    throw new Error(
      `${point.path}: this checkpoint was made with other settings than run.json has now. Restore run.json, or start a new run.`,
    )
  return point
}
