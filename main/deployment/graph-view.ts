/** How a graph is drawn: collapsed layer by layer, what was opened node by node, laid out in layers from above. Pure. */
import { Graph, layout as place } from '@dagrejs/dagre'
import type { OperationGraph, OperationNode } from './graph/schema.ts'

/** A box: one operation, or all operations of a layer. */
export interface ViewNode {
  readonly id: string
  readonly title: string
  readonly op: string
  /** Of what leaves it. */
  readonly shape: readonly (number | null)[] | undefined
  readonly parameters: number
  readonly macs: number
  /** Operations in it. */
  readonly count: number
  /** Path of the layer that it stands for, "conv1/lif"; undefined for one operation. */
  readonly group: string | undefined
  /** Path of the opened layer it stands in. */
  readonly within: string | undefined
}
export interface GraphView {
  readonly nodes: readonly ViewNode[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** Box that an operation stands in: the outermost layer of its that is not open; itself where all are, or it is alone in its layer. */
function boxOf({ id, path }: OperationNode, open: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): { id: string; group?: string; within?: string } {
  for (let depth = 1; depth <= path.length; depth++) {
    const group = path.slice(0, depth).join('/')
    const within = path.slice(0, depth - 1).join('/')
    if (!open.has(group)) return sizes.get(group) === 1 ? { id, within } : { id: `layer ${group}`, group, within }
  }
  return { id, within: path.join('/') }
}

/** "LIF × 10" of neurons that were unrolled, else the layer's own name. */
function titleOf(group: string, times: number | undefined): string {
  const name = group.split('/').at(-1) ?? group
  return times === undefined ? name : `${name.replace(/^lif\b/, 'LIF')} × ${times}`
}

/** @param open paths of layers that are shown operation by operation */
export function collapse({ nodes, repeated = {} }: OperationGraph, open: ReadonlySet<string>): GraphView {
  const sizes = new Map<string, number>()
  for (const { path } of nodes)
    for (let depth = 1; depth <= path.length; depth++) {
      const group = path.slice(0, depth).join('/')
      sizes.set(group, (sizes.get(group) ?? 0) + 1)
    }
  const boxes = new Map<string, ViewNode>()
  const where = new Map<string, string>()
  const edges = new Map<string, { from: string; to: string }>()
  for (const node of nodes) {
    const { id, group, within } = boxOf(node, open, sizes)
    where.set(node.id, id)
    const before = boxes.get(id)
    boxes.set(id, {
      id, group, within: within || undefined,
      title: group === undefined ? node.title : titleOf(group, repeated[group]),
      op: group === undefined ? node.op : 'layer',
      // The last operation of a layer makes what leaves it.
      shape: node.shape ?? before?.shape,
      parameters: (before?.parameters ?? 0) + node.parameters,
      macs: (before?.macs ?? 0) + node.macs,
      count: (before?.count ?? 0) + 1,
    })
    for (const source of node.from) {
      const from = where.get(source)
      if (from !== undefined && from !== id) edges.set(`${from}\n${id}`, { from, to: id })
    }
  }
  return { nodes: [...boxes.values()], edges: [...edges.values()] }
}

export interface Placed {
  /** Centre. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface LaidOut {
  readonly width: number
  readonly height: number
  readonly nodes: readonly (ViewNode & Placed)[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly points: readonly { readonly x: number; readonly y: number }[] }[]
}

const margin = 16

/** Places the boxes so that data flows downwards. @param sizeOf what a box needs, px */
export function layOut({ nodes, edges }: GraphView, sizeOf: (node: ViewNode) => { readonly width: number; readonly height: number }): LaidOut {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 34, marginx: margin, marginy: margin })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const node of nodes) graph.setNode(node.id, { ...sizeOf(node) })
  for (const { from, to } of edges) graph.setEdge(from, to)
  place(graph)
  const placed = nodes.map((node) => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(node.id)
    return { ...node, x, y, width, height }
  })
  return {
    width: Math.max(2 * margin, ...placed.map(({ x, width }) => x + width / 2 + margin)),
    height: Math.max(2 * margin, ...placed.map(({ y, height }) => y + height / 2 + margin)),
    nodes: placed,
    edges: edges.map(({ from, to }) => ({ from, to, points: graph.edge(from, to).points ?? [] })),
  }
}

/** Boxes that an arrow key leads to: those the box takes from (up), those that take from it (down). */
export function neighbours({ edges }: Pick<GraphView, 'edges'>, id: string): { readonly up: readonly string[]; readonly down: readonly string[] } {
  return { up: edges.filter(({ to }) => to === id).map(({ from }) => from), down: edges.filter(({ from }) => from === id).map(({ to }) => to) }
}
