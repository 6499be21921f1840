import type { Nodes } from './nodes.ts'

/** How values become 8 bits: whole multiples of the scale. */
export interface Grid {
  readonly scale: number
  /** int8, else uint8. */
  readonly signed: boolean
  /** Nothing is rounded. */
  readonly exact: boolean
}

const suffix = ({ scale, signed }: Grid): string => `${scale}${signed ? 's' : 'u'}`

/** The grid's zero as a constant of its type. */
export function zeroOf(nodes: Nodes, { signed }: Grid): string {
  return signed ? nodes.int8('zero/int8', new Int8Array(1), []) : nodes.uint8('zero/uint8', new Uint8Array(1), [])
}

const parameters = (nodes: Nodes, grid: Grid): string[] => [nodes.floats(`scale/${grid.scale}`, [grid.scale], []), zeroOf(nodes, grid)]

/** float32 values as 8 bits. */
export function quantized(nodes: Nodes, x: string, grid: Grid): string {
  const name = `${x}/q${suffix(grid)}`
  return nodes.once(name, () => nodes.add('QuantizeLinear', name, [x, ...parameters(nodes, grid)]))
}

/** 8 bits as float32 values. */
export function dequantized(nodes: Nodes, small: string, grid: Grid): string {
  const name = `${small}/dq`
  return nodes.once(name, () => nodes.add('DequantizeLinear', name, [small, ...parameters(nodes, grid)]))
}
