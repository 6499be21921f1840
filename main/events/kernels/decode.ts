import type { EventColumns } from '../columns.ts'
import { wasm } from './decode.wasm.ts'

/** Where a kernel stops for something special, so many records are decoded one by one before it is called again. */
export const SPECIAL_RUN = 64

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly records: WebAssembly.Global
  readonly t: WebAssembly.Global
  readonly x: WebAssembly.Global
  readonly y: WebAssembly.Global
  readonly p: WebAssembly.Global
  dvs128(from: number, end: number, last: number, base: number): number
  nmnist(from: number, end: number, last: number, base: number, xMax: number, yMax: number): number
}

/** The kernels of decode.wat with their memory. */
export interface DecodeKernels extends Pick<Exports, 'dvs128' | 'nmnist'> {
  /** Records that the memory holds. */
  readonly capacity: number
  /** The records, as they lie in the file. */
  readonly input: Uint8Array
  /** Appends the events of records from..end-1, which a kernel has decoded. Room for them has been reserved. */
  take(from: number, end: number, into: EventColumns): void
}

let kernels: DecodeKernels | undefined

/** This thread's kernels: valid within one call, as their memory is shared by all readers of the thread. */
export function decodeKernels(): DecodeKernels {
  return (kernels ??= instantiate())
}

function instantiate(): DecodeKernels {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')))
  const { memory, records, t, x, y, p, dvs128, nmnist } = instance.exports as unknown as Exports
  const capacity = records.value
  const times = new Float64Array(memory.buffer, t.value, capacity)
  const columns = new Uint16Array(memory.buffer, x.value, capacity)
  const rows = new Uint16Array(memory.buffer, y.value, capacity)
  const polarities = new Uint8Array(memory.buffer, p.value, capacity)
  return {
    capacity,
    input: new Uint8Array(memory.buffer, 0, t.value),
    dvs128,
    nmnist,
    take(from, end, into) {
      const n = into.length
      into.t.set(times.subarray(from, end), n)
      into.x.set(columns.subarray(from, end), n)
      into.y.set(rows.subarray(from, end), n)
      into.p.set(polarities.subarray(from, end), n)
      into.length = n + end - from
    },
  }
}
