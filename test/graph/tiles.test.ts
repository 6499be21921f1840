import { describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import { poolRows } from '../../main/graph/ops/rows.ts'
import { convolveInTiles, tilesFor, tilingOf } from '../../main/graph/ops/tiles.ts'
import { Random } from '../../main/random.ts'
import { hostTensor } from '../../main/training/state.ts'

const random = new Random(5, 'tiles')
const drawn = (count: number, draw: () => number): Float32Array => Float32Array.from({ length: count }, draw)

/** [N, C, h, w] correlated with [K, C, 3, 3], in double precision. */
function correlated(x: Float32Array, [n, c, high, wide]: readonly [number, number, number, number], weight: Float32Array, bias: Float32Array, padding: readonly [number, number]) {
  const k = bias.length
  const size = [high + 2 * padding[0] - 2, wide + 2 * padding[1] - 2] as const
  const y = new Float64Array(n * k * size[0] * size[1])
  for (let i = 0; i < y.length; i++) {
    const [column, row, o, image] = [i % size[1], Math.floor(i / size[1]) % size[0], Math.floor(i / (size[0] * size[1])) % k, Math.floor(i / (size[0] * size[1] * k))]
    let sum = bias[o] ?? 0
    for (let at = 0; at < c * 9; at++) {
      const [channel, down, across] = [Math.floor(at / 9), row + Math.floor((at % 9) / 3) - padding[0], column + (at % 3) - padding[1]]
      if (down >= 0 && across >= 0 && down < high && across < wide) sum += (weight[(o * c + channel) * 9 + (at % 9)] ?? 0) * (x[((image * c + channel) * high + down) * wide + across] ?? 0)
    }
    y[i] = sum
  }
  return { y, size }
}

describe('convolution in tiles of constant weights', () => {
  // Tiles that fit, that stick out on either side, no padding and more of it than usual; more rounding from 3 on.
  it.each([
    [2, [6, 6], [1, 1], 6e-7],
    [3, [6, 6], [1, 1], 2e-6],
    [4, [8, 12], [1, 1], 2e-6],
    [4, [11, 7], [1, 1], 2e-6],
    [2, [5, 9], [0, 0], 6e-7],
    [4, [5, 6], [0, 2], 2e-6],
    [3, [3, 3], [0, 0], 2e-6],
  ] as const)('%i x %i outputs each, %j, padding %j: the convolution, of any batch', async (m, [high, wide], padding, bound) => {
    const [c, k] = [64, 5]
    const [weight, bias] = [drawn(k * c * 9, () => random.uniform() - 0.5), drawn(k, () => random.uniform())]
    const convolution = { input: ['1N', c, high, wide], kernel: [k, c, 3, 3], stride: [1, 1], padding } as const
    const onnx = new OnnxBuilder('constant-tiles')
    onnx.output(convolveInTiles(onnx, ['x', 'weight', onnx.floats(bias, [k])], weight, convolution, tilingOf(convolution, m)), 'y')
    const ports = { inputs: [{ name: 'x', shape: ['N', c, high, wide] }], outputs: [{ name: 'y', shape: ['N', k, high + 2 * padding[0] - 2, wide + 2 * padding[1] - 2] }] }
    const program = await onnxRuntime().load(onnx.serialize({ name: 'tiles', producerVersion: '1', ...ports }), { device: 'cpu', threads: 1 })
    for (const n of [1, 3]) {
      const x = { shape: [n, c, high, wide], data: drawn(n * c * high * wide, () => Number(random.uniform() < 0.2)) }
      const expected = correlated(x.data, [n, c, high, wide], weight, bias, padding)
      const found = hostTensor([n, k, ...expected.size])
      await program.run({ x }, { y: found })
      const [error, size] = expected.y.reduce<[number, number]>(([e, s], value, i) => [e + (value - (found.data[i] ?? NaN)) ** 2, s + value * value], [0, 0])
      expect(size).toBeGreaterThan(1)
      expect(Math.sqrt(error / size)).toBeLessThan(bound)
    }
    await program.release()
  })

  it.each([
    [4, [8, 8], [2, 2]],
    [4, [7, 10], [2, 2]],
    [3, [6, 6], [2, 2]],
    [4, [9, 9], [3, 3]],
  ] as const)('pools what comes of tiles %i wide, %j by %j, as AveragePool does', async (m, [high, wide], window) => {
    const [c, k] = [3, 2]
    const convolution = { input: ['1N', c, high, wide], kernel: [k, c, 3, 3], stride: [1, 1], padding: [1, 1] } as const
    const onnx = new OnnxBuilder('constant-tiles')
    const y = convolveInTiles(onnx, ['x', 'weight'], drawn(k * c * 9, () => random.uniform() - 0.5), convolution, tilingOf(convolution, m))
    onnx.output(poolRows(onnx, y, { kernel: window, stride: window, padding: [0, 0] }) ?? '', 'rows')
    onnx.output(onnx.node('AveragePool', [y], { kernel_shape: window, strides: window }), 'plain')
    const shape = ['N', k, Math.floor(high / window[0]), Math.floor(wide / window[1])] as const
    const program = await onnxRuntime().load(
      onnx.serialize({ name: 'pool', producerVersion: '1', inputs: [{ name: 'x', shape: ['N', c, high, wide] }], outputs: ['rows', 'plain'].map((name) => ({ name, shape })) }),
      { device: 'cpu', threads: 1 },
    )
    const [rows, plain] = [hostTensor([2, k, shape[2], shape[3]]), hostTensor([2, k, shape[2], shape[3]])]
    await program.run({ x: { shape: [2, c, high, wide], data: drawn(2 * c * high * wide, () => random.uniform()) } }, { rows, plain })
    rows.data.forEach((value, i) => expect(value).toBeCloseTo(plain.data[i] ?? NaN, 6))
    expect(new Set(rows.data).size).toBeGreaterThan(4)
    await program.release()
    expect(poolRows(onnx, y, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] })).toBeUndefined()
  })

  it('is done where it pays for one sample, in tiles that fit the map', () => {
    const of = (first: number | `${number}N`, [c, k]: readonly [number, number], size: number, more: { kernel?: number; stride?: 1 | 2 } = {}) =>
      tilesFor({ input: [first, c, size, size], kernel: [k, c, more.kernel ?? 3, more.kernel ?? 3], stride: [more.stride ?? 1, more.stride ?? 1], padding: [1, 1] })?.filter.m
    // VGGSNN of ten timesteps: all but its first layer.
    expect(of('10N', [2, 64], 48)).toBeUndefined()
    expect([of('10N', [64, 128], 48), of('10N', [128, 256], 24), of('10N', [256, 512], 12)]).toEqual([4, 4, 4])
    expect(of('10N', [512, 512], 6)).toBeLessThan(4)
    expect(of('1N', [512, 512], 6)).toBeUndefined()
    expect(of(40, [512, 512], 6)).toBeDefined()
    expect(of('10N', [8, 8], 48)).toBeUndefined()
    expect(of('10N', [256, 512], 12, { stride: 2 })).toBeUndefined()
    expect(of('10N', [256, 512], 12, { kernel: 5 })).toBeUndefined()
  })
})
