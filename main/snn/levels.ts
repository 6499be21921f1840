import type { Tensor } from '../graph/tensor.ts'
import { isA } from './fan-out.ts'

/** The numbers that a tensor can hold: 0, 1/parts, 2/parts, ... up to `most`. A spike is { parts: 1, most: 1 }. */
export interface Levels {
  readonly parts: number
  readonly most: number
}

const spike: Levels = { parts: 1, most: 1 }

/**
 * What numbers a tensor of a network holds, followed back to the neurons: spikes are 0 or 1; average pooling k x k makes multiples of
 * 1/k² of them; SEW's ADD adds them up, its AND multiplies them, its IAND (1 - s) x takes from x what both have.
 * @returns null where it holds real numbers: the input, currents, "spikes" that are a sigmoid
 */
export function levelsOf({ node }: Tensor): Levels | null {
  const of = (i: number): Levels | null => (node.inputs[i] ? levelsOf(node.inputs[i]) : null)
  if (node.kind === 'lif' || node.kind === 'normLif' || node.kind === 'fire') return spike
  if (isA(node, 'averagePool')) {
    const [levels, [high, wide]] = [of(0), node.attributes.kernel]
    return levels && { parts: levels.parts * high * wide, most: levels.most }
  }
  if (node.kind === 'maxPool' || node.kind === 'reshape' || node.kind === 'transpose' || node.kind === 'slice' || node.kind === 'splitTime' || node.kind === 'joinTime') return of(0)
  const [a, b] = [of(0), of(1)]
  if (!a || !b) return null
  if (node.kind === 'add') return { parts: Math.max(a.parts, b.parts), most: a.most + b.most }
  if (node.kind === 'mul') return { parts: a.parts * b.parts, most: a.most * b.most }
  return node.kind === 'sub' ? a : null
}
