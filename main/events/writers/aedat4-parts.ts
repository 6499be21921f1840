import { Builder } from 'flatbuffers'

/*
 * The parts of an AEDAT 4 file around its events. Sources: SensorsINI/jaer eventio/aedat4/schemas/*.fbs; dv-processing 1.7
 * io/stream.hpp, io/support/xml_config_io.hpp; files that DV has written.
 */

/** One packet as the data table lists it. */
export interface PacketEntry {
  /** Byte of the file where its body starts. */
  readonly offset: number
  readonly stream: number
  /** Bytes of the body. */
  readonly size: number
  readonly events: number
  /** µs of its earliest and latest event. */
  readonly first: number
  readonly last: number
}

/** Bytes of an EventPacket before its events: sizes, identifier, the table with its one field, the number of events. */
export const PACKET_HEAD = 32

/** Writes what stands before `events` structs of 16 bytes, byte for byte as DV's flatbuffers library lays it out. */
export function eventPacketHead(view: DataView, events: number): void {
  view.setUint32(0, PACKET_HEAD - 4 + events * 16, true)
  view.setUint32(4, 16, true)
  // "EVTS"
  view.setUint32(8, 0x53545645, true)
  view.setUint16(12, 0, true)
  // The vtable: its size, the table's size, where its field lies.
  view.setUint16(14, 6, true)
  view.setUint16(16, 8, true)
  view.setUint16(18, 4, true)
  view.setUint32(20, 6, true)
  view.setUint32(24, 4, true)
  view.setUint32(28, events, true)
}

/** IOHeader. Its length does not depend on `tablePosition`. */
export function ioHeader(compression: 'lz4' | 'none', tablePosition: number, xml: string): Uint8Array {
  const builder = new Builder(xml.length + 256)
  const info = builder.createString(xml)
  builder.forceDefaults(true)
  builder.startObject(3)
  builder.addFieldInt64(1, BigInt(tablePosition), -1n)
  builder.addFieldOffset(2, info, 0)
  builder.addFieldInt32(0, compression === 'lz4' ? 1 : 0, 0)
  builder.finish(builder.endObject(), 'IOHE')
  return builder.asUint8Array()
}

/** FileDataTable, size-prefixed. */
export function dataTable(entries: readonly PacketEntry[]): Uint8Array {
  const builder = new Builder(entries.length * 56 + 256)
  builder.forceDefaults(true)
  const tables = entries.map(({ offset, stream, size, events, first, last }) => {
    builder.startObject(5)
    builder.addFieldInt64(4, BigInt(last), 0n)
    builder.addFieldInt64(3, BigInt(first), 0n)
    builder.addFieldInt64(2, BigInt(events), 0n)
    builder.addFieldInt64(0, BigInt(offset), 0n)
    builder.prep(4, 8)
    builder.writeInt32(size)
    builder.writeInt32(stream)
    builder.addFieldStruct(1, builder.offset(), 0)
    return builder.endObject()
  })
  builder.startVector(4, tables.length, 4)
  for (const table of tables.toReversed()) builder.addOffset(table)
  const vector = builder.endVector()
  builder.startObject(1)
  builder.addFieldOffset(0, vector, 0)
  builder.finish(builder.endObject(), 'FTAB', true)
  return builder.asUint8Array()
}

/** DV's tree of nodes and attributes, in DV's order and indentation: readers look for exactly these. */
export function infoNode({
  width,
  height,
  camera,
  compression,
}: {
  width: number
  height: number
  camera: string
  compression: 'lz4' | 'none'
}): string {
  const attribute = (indent: number, key: string, type: string, value: string | number): string =>
    `${' '.repeat(indent)}<attr key="${key}" type="${type}">${escape(String(value))}</attr>`
  const root = '/mainloop/Recorder/outInfo/'
  return [
    '<dv version="2.0">',
    `    <node name="outInfo" path="${root}">`,
    `        <node name="0" path="${root}0/">`,
    attribute(12, 'compression', 'string', compression === 'lz4' ? 'LZ4' : 'NONE'),
    attribute(12, 'originalModuleName', 'string', 'capture'),
    attribute(12, 'originalOutputName', 'string', 'events'),
    attribute(12, 'typeDescription', 'string', 'Array of events (polarity ON/OFF).'),
    attribute(12, 'typeIdentifier', 'string', 'EVTS'),
    `            <node name="info" path="${root}0/info/">`,
    attribute(16, 'sizeX', 'int', width),
    attribute(16, 'sizeY', 'int', height),
    attribute(16, 'source', 'string', camera),
    attribute(16, 'tsOffset', 'long', 0),
    '            </node>',
    '        </node>',
    '    </node>',
    '</dv>',
    '',
  ].join('\n')
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
