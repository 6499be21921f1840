import type { MethodSettings } from '../snn/schema.ts'
import { methodAt } from '../training/schedule.ts'
import type { TrainingConfig } from '../training/schema.ts'
import type { LossName } from './schemas/landscape.ts'

/**
 * The losses that a checkpoint is looked at with. sdt: cross-entropy of the time-mean logits; tet: mean cross-entropy of every timestep
 * (L_TET, TET eq. 11, without its MSE term); own: what the run minimized in the checkpoint's epoch, whole; own-fit: the same without
 * the terms that depend on the weights alone (TRT's r(t), SDT's l2), there where the method has such terms.
 * @param epoch finished epochs of the checkpoint
 */
export function lossesOf(config: Pick<TrainingConfig, 'method' | 'switch'>, epoch: number): Partial<Record<LossName, MethodSettings>> {
  const own = methodAt(config, Math.max(0, epoch - 1))
  const fit = fitOf(own)
  return {
    sdt: { name: 'sdt', criterion: 'cross-entropy' },
    tet: { name: 'tet', lambda: 0, phi: 1 },
    own,
    ...(fit && { 'own-fit': fit }),
  }
}

function fitOf(method: MethodSettings): MethodSettings | null {
  if (method.name === 'trt' && method.lambda > 0) return { ...method, lambda: 0 }
  if (method.name === 'sdt' && method.l2) return { ...method, l2: 0 }
  return null
}

/** The loss that an analysis asked for. Without terms on the weights a method's fit is its loss. */
export const lossNamed = (asked: LossName, losses: Partial<Record<LossName, unknown>>): LossName => (asked in losses ? asked : 'own')
