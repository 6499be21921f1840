import type { Dataset, File as Hdf5File, Group } from 'h5wasm'
import type { NirGraph, NirNode } from './graph.ts'

/** Of the reference implementation whose layout this is. */
const NIR_VERSION = '1.0.7'

let written = 0

/** HDF5 in the library's own memory. */
async function inMemory<T>(bytes: Uint8Array | null, work: (file: Hdf5File) => T): Promise<{ result: T; bytes: Uint8Array }> {
  const h5wasm = await import('h5wasm')
  const { FS } = await h5wasm.ready
  const path = `/nir-${++written}.nir`
  if (bytes) FS.writeFile(path, bytes)
  try {
    const file = new h5wasm.File(path, bytes ? 'r' : 'w')
    const result = work(file)
    file.close()
    return { result, bytes: new Uint8Array(FS.readFile(path)) }
  } finally {
    FS.unlink(path)
  }
}

function text(group: Group, name: string, value: string): void {
  group.create_dataset({ name, data: value, shape: [], dtype: 'S' })
}

const integers = (group: Group, name: string, values: readonly number[]): void => void group.create_dataset({ name, data: BigInt64Array.from(values, BigInt), shape: [values.length], dtype: '<q' })
const floats = (group: Group, name: string, data: Float32Array, shape: readonly number[]): void => void group.create_dataset({ name, data, shape: [...shape], dtype: '<f' })

/** One number for every neuron of a layer; time constants as float64, as readers divide by the timestep. */
function filled(group: Group, name: string, value: number, shape: readonly number[], wide = false): void {
  const count = shape.reduce((a, b) => a * b, 1)
  group.create_dataset({ name, data: wide ? new Float64Array(count).fill(value) : new Float32Array(count).fill(value), shape: [...shape], dtype: wide ? '<d' : '<f' })
}

function write(group: Group, node: NirNode): void {
  text(group, 'type', node.type)
  switch (node.type) {
    case 'Input':
    case 'Output':
      return integers(group, 'shape', node.shape)
    case 'Conv2d':
      integers(group, 'input_shape', node.inputShape)
      floats(group, 'weight', node.weight, node.weightShape)
      floats(group, 'bias', node.bias, [node.bias.length])
      integers(group, 'stride', node.stride)
      integers(group, 'padding', node.padding)
      integers(group, 'dilation', [1, 1])
      group.create_dataset({ name: 'groups', data: BigInt64Array.of(1n), shape: [], dtype: '<q' })
      return
    case 'Affine':
      floats(group, 'weight', node.weight, node.weightShape)
      return floats(group, 'bias', node.bias, [node.bias.length])
    case 'Flatten':
      integers(group, 'input_type', node.shape)
      group.create_dataset({ name: 'start_dim', data: BigInt64Array.of(0n), shape: [], dtype: '<q' })
      group.create_dataset({ name: 'end_dim', data: BigInt64Array.of(-1n), shape: [], dtype: '<q' })
      return
    case 'AvgPool2d':
    case 'SumPool2d':
      integers(group, 'kernel_size', node.kernel)
      integers(group, 'stride', node.stride)
      return integers(group, 'padding', node.padding)
    case 'LIF':
      filled(group, 'tau', node.tau, node.shape, true)
      filled(group, 'v_leak', 0, node.shape)
      return spiking(group, node)
    case 'IF':
      return spiking(group, node)
  }
}

function spiking(group: Group, { r, threshold, reset, shape }: Extract<NirNode, { type: 'LIF' | 'IF' }>): void {
  filled(group, 'r', r, shape)
  filled(group, 'v_threshold', threshold, shape)
  filled(group, 'v_reset', reset, shape)
}

/** A graph as HDF5, laid out as the reference implementation writes it. @param metadata strings beside the graph, which readers may ignore */
export async function writeNir({ nodes, edges, dt }: NirGraph, metadata: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const { bytes } = await inMemory(null, (file) => {
    text(file, 'version', NIR_VERSION)
    const top = file.create_group('node')
    text(top, 'type', 'NIRGraph')
    top.create_dataset({ name: 'edges', data: edges.flat(), shape: [edges.length, 2], dtype: `S${Math.max(...edges.flat().map((name) => name.length))}` })
    const all = top.create_group('nodes')
    for (const [name, node] of nodes) write(all.create_group(name), node)
    const about = top.create_group('metadata')
    about.create_dataset({ name: 'dt', data: Float64Array.of(dt), shape: [], dtype: '<d' })
    for (const [key, value] of Object.entries(metadata)) text(about, key.replaceAll('.', '_'), value)
  })
  return bytes
}

/** Reads a file of `writeNir`. @throws Error where it is none */
export async function readNir(bytes: Uint8Array): Promise<NirGraph> {
  const { result } = await inMemory(bytes, (file) => {
    const value = (path: string): unknown => {
      const found = file.get(path)
      if (!found || !('value' in found)) throw new Error(`NIR: "${path}" is missing`)
      return (found as Dataset).value
    }
    const numbers = (path: string): number[] => {
      const found = value(path)
      return typeof found === 'object' && found !== null ? Array.from(found as ArrayLike<number | bigint>, Number) : [Number(found)]
    }
    const sizes = (path: string): number[] => [...((file.get(path) as Dataset | null)?.shape ?? [])]
    const pair = (path: string): [number, number] => [numbers(path)[0] ?? 0, numbers(path)[1] ?? 0]
    const node = (at: string): NirNode => {
      const type = value(`${at}/type`)
      const neuron = (): { shape: number[]; r: number; threshold: number; reset: number } => ({
        shape: sizes(`${at}/r`), r: same(numbers(`${at}/r`)), threshold: same(numbers(`${at}/v_threshold`)), reset: same(numbers(`${at}/v_reset`)),
      })
      const linear = () => ({ weightShape: sizes(`${at}/weight`), weight: Float32Array.from(numbers(`${at}/weight`)), bias: Float32Array.from(numbers(`${at}/bias`)) })
      switch (type) {
        case 'Input':
        case 'Output':
          return { type, shape: numbers(`${at}/shape`) }
        case 'Conv2d':
          return { type, inputShape: pair(`${at}/input_shape`), stride: pair(`${at}/stride`), padding: pair(`${at}/padding`), ...linear() }
        case 'Affine':
          return { type, ...linear() }
        case 'Flatten':
          return { type, shape: numbers(`${at}/input_type`) }
        case 'AvgPool2d':
        case 'SumPool2d':
          return { type, kernel: pair(`${at}/kernel_size`), stride: pair(`${at}/stride`), padding: pair(`${at}/padding`) }
        case 'LIF':
          return { type, tau: same(numbers(`${at}/tau`)), ...neuron() }
        case 'IF':
          return { type, ...neuron() }
        default:
          throw new Error(`NIR: "${at}" is a ${String(type)}, which is not known here`)
      }
    }
    const flat = (value('node/edges') as unknown[]).flat().map(String)
    const edges = Array.from({ length: flat.length / 2 }, (_, i): [string, string] => [flat[2 * i] ?? '', flat[2 * i + 1] ?? ''])
    const names = (file.get('node/nodes') as Group).keys()
    return { nodes: new Map(inOrder(names, edges).map((name) => [name, node(`node/nodes/${name}`)])), edges, dt: Number(value('node/metadata/dt')) }
  })
  return result
}

/** @throws Error where neurons of a layer differ, which ours never do */
function same(values: readonly number[]): number {
  const [first = NaN] = values
  if (values.some((value) => value !== first)) throw new Error('NIR: neurons of a layer differ')
  return first
}

/** Every node behind those it reads. @throws Error where they read each other in a circle */
function inOrder(names: readonly string[], edges: readonly (readonly [string, string])[]): string[] {
  const left = new Set(names)
  const order: string[] = []
  while (left.size > 0) {
    const ready = [...left].filter((name) => !edges.some(([from, to]) => to === name && left.has(from)))
    if (ready.length === 0) throw new Error('NIR: its nodes read each other in a circle')
    for (const name of ready) left.delete(name)
    order.push(...ready)
  }
  return order
}
