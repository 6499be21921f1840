import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../preload/contract/codec.ts'

const arrays = fc.oneof(
  fc.array(fc.float(), { maxLength: 20 }).map((values) => Float32Array.from(values)),
  fc.array(fc.double(), { maxLength: 20 }).map((values) => Float64Array.from(values)),
  fc.array(fc.nat(255), { maxLength: 20 }).map((values) => Uint8Array.from(values)),
  fc.array(fc.nat(65535), { maxLength: 20 }).map((values) => Uint16Array.from(values)),
  fc.array(fc.nat(), { maxLength: 20 }).map((values) => Uint32Array.from(values)),
  fc.array(fc.integer(), { maxLength: 20 }).map((values) => Int32Array.from(values)),
)
const keys = fc
  .oneof(fc.string(), fc.constantFrom('$array', '$number', '$$array', '$', 'value', 'arrays'))
  .filter((key) => key !== '__proto__')
const { message } = fc.letrec<{ message: unknown }>((tie) => ({
  message: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.double(),
    fc.integer(),
    arrays,
    fc.array(tie('message'), { maxLength: 5 }),
    fc.dictionary(keys, tie('message'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

describe('messages as bytes', () => {
  test('what goes in comes out: typed arrays, NaN and infinities, keys that look like ours', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decode(encode(value))).toStrictEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  test('it decodes from any position of a larger buffer', () => {
    const value = { t: Float64Array.of(1.5, -2), x: Uint16Array.of(1, 2, 3), nested: [{ p: Uint8Array.of(9) }] }
    const message = encode(value)
    for (let shift = 0; shift < 8; shift++) {
      const larger = new Uint8Array(message.length + 16)
      larger.set(message, shift)
      expect(decode(larger.subarray(shift, shift + message.length))).toStrictEqual(value)
    }
  })

  test('arrays are not copied where they lie aligned', () => {
    const message = encode({ frames: new Float32Array(1000) })
    expect((decode(message) as { frames: Float32Array }).frames.buffer).toBe(message.buffer)
  })

  test('a Node buffer crosses as bytes; a view crosses without the rest of its buffer', () => {
    expect(decode(encode(Buffer.from([1, 2, 3])))).toStrictEqual(Uint8Array.of(1, 2, 3))
    expect(decode(encode(Float32Array.of(1, 2, 3, 4).subarray(1, 3)))).toStrictEqual(Float32Array.of(2, 3))
  })

  test('fields that are undefined are left out, as JSON does', () => {
    expect(decode(encode({ a: 1, b: undefined }))).toStrictEqual({ a: 1 })
  })

  test('what can not cross is refused by name', () => {
    expect(() => encode({ f: () => 1 })).toThrow("A function can't cross")
    expect(() => encode(new Map())).toThrow("A Map can't cross")
    expect(() => encode(new BigUint64Array(1))).toThrow("A BigUint64Array can't cross")
  })

  test('damaged messages end in a TypeError, never in a hang or a huge allocation', () => {
    const whole = encode({ t: Float32Array.of(1, 2, 3), name: 'value' })
    for (let length = 0; length < whole.length; length++) expect(() => decode(whole.slice(0, length))).toThrow(TypeError)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const mutated = whole.slice()
        mutated[at] = byte
        try {
          decode(mutated)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }),
      { numRuns: 500 },
    )
    const lying = encode({ t: new Float32Array(2) })
    const text = new TextDecoder().decode(lying).replace('"Float32Array",2', '"Float32Array",9')
    expect(() => decode(new TextEncoder().encode(text))).toThrow('cut short')
  })
})
