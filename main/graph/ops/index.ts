import { elementwise } from './elementwise.ts'
import { layout } from './layout.ts'
import { linear } from './linear.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { reduction } from './reduction.ts'

/** The ops of this room. snn/ops adds its own and closes the table over the whole union. */
export const coreOps = { ...layout, ...elementwise, ...reduction, ...linear, ...pooling, ...normalization }
export type CoreKind = keyof typeof coreOps
