import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
  type SafetensorsFile,
} from '../../main/training/safetensors.ts'
import { temporaryFolder } from './tiny.ts'

const file: SafetensorsFile = {
  metadata: Object.fromEntries([
    ['z', 'last'],
    ['a', 'first'],
    ['quote', '"ü"'],
    ['__proto__', 'own'],
  ]),
  tensors: new Map([
    ['b', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2.5, NaN, Infinity) }],
    ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) }],
    ['a', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-5n) }],
    ['scalar', { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) }],
    ['empty', { dtype: 'F32', shape: [0, 7], data: new Float32Array() }],
    ['__proto__', { dtype: 'I16', shape: [1], data: Int16Array.of(-7) }],
  ]),
}
const bytesOf = (content: SafetensorsFile) => new Uint8Array(Buffer.concat(encodeSafetensors(content)))
/** A file with any header. */
const withHeader = (header: string, values = 8) => {
  const bytes = new Uint8Array(8 + header.length + values)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  return bytes
}

describe('safetensors', () => {
  it('reads what it wrote, also from an unaligned place', () => {
    const bytes = bytesOf(file)
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    for (const read of [decodeSafetensors(bytes, 'x'), decodeSafetensors(moved.subarray(3), 'x')]) {
      expect(read.metadata).toEqual(file.metadata)
      expect(new Map([...read.tensors].sort())).toEqual(new Map([...file.tensors].sort()))
    }
  })

  it('writes the same bytes for the same content, in any order', () => {
    const turned = { metadata: Object.fromEntries(Object.entries(file.metadata).reverse()), tensors: new Map([...file.tensors].reverse()) }
    expect(bytesOf(turned)).toEqual(bytesOf(file))
    const folder = temporaryFolder()
    writeSafetensors(join(folder, 'a.safetensors'), file)
    expect(new Uint8Array(readFileSync(join(folder, 'a.safetensors')))).toEqual(bytesOf(file))
    expect(readdirSync(folder)).toEqual(['a.safetensors'])
  })

  it.each([
    ['empty file', new Uint8Array(), /0 bytes, shorter than the 8 bytes/],
    ['longer header than file', withHeader('{}').fill(255, 0, 8), /header's length \(byte 0\) says 18446744073709551615/],
    ['header that is no JSON', withHeader('{nope}'), /header \(bytes 8 to 14\) is not JSON/],
    ['header that is no object', withHeader('[]'), /byte 8\) is not a JSON object/],
    ['unknown type', withHeader('{"w":{"dtype":"Q3","shape":[1],"data_offsets":[0,8]}}'), /"w" has dtype "Q3"/],
    ['negative size', withHeader('{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}'), /"w" has a shape/],
    [
      'size that overflows',
      withHeader('{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}'),
      /"w".*needs 73786976294838210000 bytes/,
    ],
    [
      "offsets that don't fit the shape",
      withHeader('{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'),
      /needs 12 bytes, its data_offsets span 8/,
    ],
    [
      'end behind the file',
      withHeader('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'),
      /ends at byte 79, the file at 71. It is cut short/,
    ],
    ['hole', withHeader('{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'), /starts at byte 66, but the one before it ends at 62/],
    [
      'overlap',
      withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'),
      /"b" starts at/,
    ],
    ['rest', withHeader('{}'), /values end at byte 10, the file at 18/],
    ['metadata that is no text', withHeader('{"__metadata__":{"a":1}}', 0), /metadata "a" is not a string/],
  ])('refuses: %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'weights.safetensors')).toThrow(message)
    expect(() => decodeSafetensors(bytes, 'weights.safetensors')).toThrow(/^weights\.safetensors: /)
  })

  it('never reads past a mutated or truncated file, and fails only with its own error', () => {
    const bytes = bytesOf(file)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bytes.length }),
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
        (length, changes) => {
          const mutated = bytes.slice(0, length)
          for (const [at, value] of changes) if (at < length) mutated[at] = value
          try {
            for (const { data, shape } of decodeSafetensors(mutated, 'x').tensors.values())
              expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
          } catch (error) {
            expect((error as Error).name).toBe('StorageError')
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it.skipIf(!existsSync('../shared/reference'))(
    'reads files that another implementation wrote (skipped where ../shared/reference is absent)',
    () => {
      const { tensors, metadata } = readSafetensors('../shared/reference/vgg-hard-reset.safetensors')
      expect(tensors.get('labels')?.dtype).toBe('I64')
      expect(JSON.parse(metadata['T']!)).toBe(tensors.get('input')?.shape[1])
      expect(tensors.get('trt/loss')?.data[0]).toBeGreaterThan(0)
    },
  )
})
