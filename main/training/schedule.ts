import type { MethodSettings } from '../snn/schema.ts'
import type { TrainingConfig } from './schema.ts'
import { stageAt } from './stages.ts'

type Schedule = Pick<TrainingConfig, 'schedule' | 'learningRate' | 'epochs' | 'stages' | 'step' | 'warmupEpochs' | 'rateChanges'>
/** Where in its epoch a step stands: batch `place` (counted from 0) of `batches`. */
interface InEpoch {
  readonly place: number
  readonly batches: number
}

/**
 * Learning rate of an epoch. `cosine` falls from `learningRate` to 0 over the whole run and changes once per epoch, as the
 * TET and TRT authors step it (torch's CosineAnnealingLR with T_max = epochs): lr(e) = lr/2 (1 + cos(pi e / E)).
 * `step`: lr factor^floor(e / step epochs) (torch's StepLR; without `step` a tenth after each third of the run).
 * Warm-up multiplies the first epochs by (e + 1)/(warmupEpochs + 1). A run of several stages goes through all of it in each.
 * Where the rate changes with every step, e counts parts of epochs, e = epoch + place/batches, and warm-up steps take the place of
 * warm-up epochs: (k + 1)/(K + 1) for step k of the K.
 * @param epoch counted from 0
 */
export function learningRateOf(config: Schedule, epoch: number, { place, batches }: InEpoch = { place: 0, batches: 1 }): number {
  const { warmupEpochs = 0 } = config
  const { start, epochs, learningRate } = stageAt(config, epoch)
  const [done, each] = config.rateChanges === 'step' ? [place, batches] : [0, 1]
  const changes = (epoch - start) * each + done
  const warm = changes < warmupEpochs * each ? (changes + 1) / (warmupEpochs * each + 1) : 1
  return warm * scheduled({ ...config, epochs, learningRate }, changes / each)
}

function scheduled({ schedule, learningRate, epochs, step }: Schedule, epoch: number): number {
  switch (schedule) {
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / epochs))
    case 'constant':
      return learningRate
    case 'step': {
      const { epochs: each, factor } = step ?? { epochs: Math.max(1, Math.ceil(epochs / 3)), factor: 0.1 }
      return learningRate * factor ** Math.floor(epoch / each)
    }
  }
}

/** The method whose loss an epoch trains. @param epoch counted from 0 */
export function methodAt({ method, switch: later }: Pick<TrainingConfig, 'method' | 'switch'>, epoch: number): MethodSettings {
  return later !== undefined && epoch >= later.afterEpoch ? later.method : method
}
