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
 * @param known what was found already: a block's input is read by both of its branches
 * @returns null where it holds real numbers: the input, currents, "spikes" that are a sigmoid
 */
export function levelsOf(tensor: Tensor, known = new Map<Tensor, Levels | null>()): Levels | null {
  const found = known.get(tensor)
  if (found !== undefined) return found
  const levels = followed(tensor, (input) => levelsOf(input, known))
  known.set(tensor, levels)
  return levels
}

function followed({ node }: Tensor, levels: (input: Tensor) => Levels | null): Levels | null {
  if (node.kind === 'lif' || node.kind === 'normLif' || node.kind === 'fire') return spike
  const [first, second] = node.inputs
  if (!first) return null
  if (isA(node, 'averagePool')) {
    const [of, [high, wide]] = [levels(first), node.attributes.kernel]
    return of && { parts: of.parts * high * wide, most: of.most }
  }
  if (node.kind === 'maxPool' || node.kind === 'reshape' || node.kind === 'transpose' || node.kind === 'slice' || node.kind === 'splitTime' || node.kind === 'joinTime') return levels(first)
  if (!second || (node.kind !== 'add' && node.kind !== 'mul' && node.kind !== 'sub')) return null
  const [a, b] = [levels(first), levels(second)]
  if (!a || !b) return null
  if (node.kind === 'add') return { parts: Math.max(a.parts, b.parts), most: a.most + b.most }
  return node.kind === 'mul' ? { parts: a.parts * b.parts, most: a.most * b.most } : a
}
