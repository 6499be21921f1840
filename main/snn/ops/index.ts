import { coreOps } from '../../graph/ops/index.ts'
import type { OpTable } from '../../graph/ops/rule.ts'
import { fireOps } from './fire.ts'
import { lifOps } from './lif.ts'
import { normLifOps } from './norm-lif.ts'
import { penaltyOps } from './penalty.ts'
import { timeOps } from './time.ts'
import { zerothOrderOps } from './zeroth-order.ts'

/** Every op: the graph's own and this room's. The type says that none is missing a shape, gradient or lowering rule. */
export const ops: OpTable = { ...coreOps, ...lifOps, ...normLifOps, ...penaltyOps, ...fireOps, ...timeOps, ...zerothOrderOps }
