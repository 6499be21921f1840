import { networkInfo } from '../snn/network.ts'
import { keptEpochs } from '../training/checkpoint.ts'
import { checkpointVariables } from '../training/evaluate.ts'
import { fisherTraces, informationCentroid } from './fisher.ts'
import type { CentroidResult } from './schema.ts'
import type { Subject } from './subject.ts'

/** Those of the kept epochs that were asked for. @throws where one of them is not kept */
export function chosenEpochs(kept: readonly number[], asked: readonly number[] | undefined): number[] {
  const missing = asked?.filter((epoch) => !kept.includes(epoch)) ?? []
  if (missing.length > 0) throw new Error(`This run keeps no checkpoint of ${missing.length === 1 ? 'epoch' : 'epochs'} ${missing.join(', ')}, but of ${kept.join(', ')}.`)
  return kept.filter((epoch) => asked?.includes(epoch) ?? true)
}

/**
 * Fisher traces and information centroid of every kept checkpoint, on the same batches: how temporal information moves to
 * early timesteps in training (TRT; Kim et al. 2023, temporal information concentration).
 * @throws where the run keeps no checkpoints of single epochs, or not those asked for
 */
export async function centroid(subject: Subject): Promise<CentroidResult> {
  const kept = keptEpochs(subject.run)
  if (kept.length === 0)
    throw new Error('This run keeps no checkpoints of its epochs. Start one with "Keep a checkpoint every N epochs" (--keep-every N).')
  const epochs = chosenEpochs(kept, subject.options.epochs)
  const info = networkInfo(subject.shape)
  const sets = epochs.map((epoch) => checkpointVariables(subject.run, `epoch-${epoch}`, { info }))
  const { traces, batches } = await fisherTraces(subject, sets)
  return {
    kind: 'centroid',
    options: subject.options,
    batches,
    epochs: epochs.map((epoch, i) => ({ epoch, trace: traces[i] ?? [], centroid: informationCentroid(traces[i] ?? []) })),
  }
}
