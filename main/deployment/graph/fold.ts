import type { OperationGraph, OperationNode } from './schema.ts'

/** Operations of a layer that come again and again: from the `start`-th on, `period` at a time, `count` times, the last of which may end early. */
interface Repetition {
  readonly start: number
  readonly period: number
  readonly count: number
  /** Behind the last one. */
  readonly end: number
}

/** Layers of neurons: "conv1/lif", "block1/lif 2". */
const unrolled = /(^|\/)lif( \d+)?$/

/** What may stand before the first repetition: the split of timesteps and the like. */
const mostBefore = 8

/** The repetition that covers most of a list of operators, the shortest of equals; null where nothing comes again. */
export function repetitionOf(ops: readonly string[]): Repetition | null {
  let best: Repetition | null = null
  for (let period = 2; period + 2 <= ops.length; period++)
    for (let start = 0; start <= Math.min(mostBefore, ops.length - period - 2); start++) {
      let end = start + period
      while (end < ops.length && ops[end] === ops[end - period]) end++
      const covered = end - start
      if (covered < period + 2 || covered < 0.6 * ops.length || (best && covered <= best.end - best.start)) continue
      best = { start, period, count: Math.ceil(covered / period), end }
    }
  return best
}

/** Boxes without a layer that are still drawn one by one; of more, so many become one that can be opened. */
const [mostAlone, section] = [400, 100]

/**
 * Makes large graphs ones that can be looked at: timesteps that a layer was unrolled into become boxes of their own in it, and what
 * belongs to no layer is gathered by the hundred where there is too much of it.
 */
export function folded({ nodes }: OperationGraph): OperationGraph {
  const groups = new Map<string, OperationNode[]>()
  for (const node of nodes) if (node.path.length > 0) groups.set(node.path.join('/'), [...(groups.get(node.path.join('/')) ?? []), node])
  const paths = new Map<string, string[]>()
  const repeated: Record<string, number> = {}
  for (const [group, members] of groups) {
    if (!unrolled.test(group)) continue
    const found = repetitionOf(members.map(({ op }) => op))
    if (!found) continue
    repeated[group] = found.count
    members.slice(found.start, found.end).forEach(({ id, path }, i) => paths.set(id, [...path, `timestep ${Math.floor(i / found.period) + 1}`]))
  }
  const alone = nodes.filter(({ path, op }) => path.length === 0 && op !== 'input' && op !== 'output')
  if (alone.length > mostAlone)
    alone.forEach(({ id }, i) => {
      const first = Math.floor(i / section) * section
      paths.set(id, [`operations ${first + 1} to ${Math.min(alone.length, first + section)}`])
    })
  return { nodes: nodes.map((node) => ({ ...node, path: paths.get(node.id) ?? node.path })), ...(Object.keys(repeated).length > 0 && { repeated }) }
}
