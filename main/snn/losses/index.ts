import type { Tensor } from '../../graph/tensor.ts'
import type { MethodSettings } from '../schema.ts'
import { guidanceLoss } from './guidance.ts'
import type { LossContext } from './loss.ts'
import { ltsLoss } from './lts.ts'
import { sltLoss, sltTetLoss } from './slt.ts'
import { sdtLoss } from './sdt.ts'
import { tetLoss } from './tet.ts'
import { tksLoss } from './tks.ts'
import { tmcLoss } from './tmc.ts'
import { trtLoss } from './trt.ts'

/** Every method's loss [1]. A new method is one file and its line here. */
const losses: { readonly [Name in MethodSettings['name']]: (context: LossContext, settings: Extract<MethodSettings, { name: Name }>) => Tensor } = {
  sdt: sdtLoss,
  tet: tetLoss,
  trt: trtLoss,
  lts: ltsLoss,
  tks: tksLoss,
  tmc: tmcLoss,
  mps: guidanceLoss,
  slt: sltLoss,
  'slt-tet': sltTetLoss,
}

/** The loss of a method as part of the graph. */
export function buildLoss(context: LossContext, settings: MethodSettings): Tensor {
  switch (settings.name) {
    case 'sdt':
      return losses.sdt(context, settings)
    case 'tet':
      return losses.tet(context, settings)
    case 'trt':
      return losses.trt(context, settings)
    case 'lts':
      return losses.lts(context, settings)
    case 'tks':
      return losses.tks(context, settings)
    case 'tmc':
      return losses.tmc(context, settings)
    case 'mps':
      return losses.mps(context, settings)
    case 'slt':
      return losses.slt(context, settings)
    case 'slt-tet':
      return losses['slt-tet'](context, settings)
  }
}
