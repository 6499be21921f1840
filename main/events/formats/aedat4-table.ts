import type { ByteSource } from '../recording.ts'
import { BodyReader, identifier } from './aedat4-body.ts'
import { dataView, FlatTable } from './flatbuffer.ts'

/** What the data table at the end of the file says of its packets. */
export interface DataTable {
  /** Offsets of the packets' headers, rising. */
  readonly packets: Float64Array
  /** Number of elements (events, samples) by stream. */
  readonly elements: ReadonlyMap<number, number>
}

/**
 * Reads the data table. DV packs it like the packets, jAER never does; DV's offsets point at the packet's body, jAER's at
 * its header: which of them is seen by what stands there.
 * @returns undefined where no table can be read at `position`
 */
export function readDataTable(source: ByteSource, position: number): DataTable | undefined {
  try {
    const buffer = new BodyReader().unpack(source.read(position, source.size - position).slice())
    if (identifier(buffer) !== 'FTAB') return undefined
    const view = dataView(buffer)
    const vector = FlatTable.root(view, 4).vector(0, 4) ?? { at: 0, length: 0 }
    const offsets = new Float64Array(vector.length)
    const elements = new Map<number, number>()
    let shift: number | undefined
    for (let i = 0; i < vector.length; i++) {
      const entry = FlatTable.element(view, vector, i)
      const info = entry.position(1)
      const stream = info === undefined ? 0 : view.getInt32(info, true)
      const size = info === undefined ? 0 : view.getInt32(info + 4, true)
      const offset = entry.int64(0, 0)
      shift ??= isPacket(source, offset, stream, size) ? 0 : 8
      offsets[i] = offset - shift
      elements.set(stream, (elements.get(stream) ?? 0) + entry.int64(2, 0))
    }
    return { packets: offsets.sort(), elements }
  } catch (cause) {
    if (cause instanceof TypeError) throw cause
    // Whatever is wrong with the table: the packets can be read without.
    return undefined
  }
}

function isPacket(source: ByteSource, offset: number, stream: number, size: number): boolean {
  const bytes = source.read(Math.max(0, offset), 8)
  if (bytes.length < 8) return false
  const view = dataView(bytes)
  return view.getInt32(0, true) === stream && view.getInt32(4, true) === size
}
