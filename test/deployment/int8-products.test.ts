import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { describe, expect, it } from 'vitest'
import { quantize } from '../../main/deployment/int8/quantize.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import { Random } from '../../main/random.ts'
import { hostTensor } from '../../main/training/state.ts'
import { oneThread } from '../training/tiny.ts'

const engine = oneThread()
const [count, inputs, outputs, high, wide] = [2, 5, 7, 9, 6]

interface Layer {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  /** Of spikes, k of which make one value. */
  readonly pooled: number
  readonly bias: boolean
}

const layers: readonly (readonly [string, Layer])[] = [
  ['3x3', { kernel: [3, 3], stride: [1, 1], padding: [1, 1], pooled: 1, bias: true }],
  ['3x3 of pooled spikes', { kernel: [3, 3], stride: [1, 1], padding: [1, 1], pooled: 2, bias: true }],
  ['3x2, strides 2 and 3, other padding', { kernel: [3, 2], stride: [2, 3], padding: [2, 0], pooled: 1, bias: false }],
  ['1x1', { kernel: [1, 1], stride: [1, 1], padding: [0, 0], pooled: 1, bias: true }],
  ['1x1, stride 2', { kernel: [1, 1], stride: [2, 2], padding: [0, 0], pooled: 1, bias: false }],
]

const random = new Random(5, 'products')
const weights = (kh: number, kw: number): Float32Array => Float32Array.from({ length: outputs * inputs * kh * kw }, () => random.uniform() - 0.4)
const biases = Float32Array.from({ length: outputs }, () => random.uniform() - 0.5)

/** Spikes of x > 0.5, maybe pooled, and their convolution, which is the output. */
function model({ kernel: [kh, kw], stride, padding, pooled, bias }: Layer, weight: Float32Array): Uint8Array {
  const onnx = new OnnxBuilder()
  const fired = onnx.node('Cast', [onnx.node('Greater', ['x', onnx.floats([0.5])])], { to: { type: 'float' } })
  const seen = pooled === 1 ? fired : onnx.node('AveragePool', [fired], { kernel_shape: [pooled, pooled], strides: [pooled, pooled] })
  onnx.label = 'layer/conv'
  const from = [seen, onnx.floats(weight, [outputs, inputs, kh, kw]), ...(bias ? [onnx.floats(biases, [outputs])] : [])]
  onnx.output(onnx.node('Conv', from, { kernel_shape: [kh, kw], strides: stride, pads: [...padding, ...padding] }), 'y')
  const x = { name: 'x', shape: ['N', inputs, high * pooled, wide * pooled] }
  return onnx.serialize({ name: 'layer', inputs: [x], outputs: [{ name: 'y', shape: ['N', outputs, 'high', 'wide'] }], producerVersion: '0' })
}

/** What integers give: the sum of level times int8 weight, times both scales. @param levels [count, inputs, high, wide] */
function bruteForce({ kernel: [kh, kw], stride, padding, pooled, bias }: Layer, weight: Float32Array, levels: Int32Array): { values: Float32Array; shape: number[] } {
  const [down, across] = [Math.floor((high + 2 * padding[0] - kh) / stride[0]) + 1, Math.floor((wide + 2 * padding[1] - kw) / stride[1]) + 1]
  const each = inputs * kh * kw
  const values: number[] = []
  for (let n = 0; n < count; n++)
    for (let k = 0; k < outputs; k++) {
      const own = weight.subarray(k * each, (k + 1) * each)
      const scale = Math.fround(Math.max(...own.map(Math.abs)) / 127)
      for (let oy = 0; oy < down; oy++)
        for (let ox = 0; ox < across; ox++) {
          let sum = 0
          for (let c = 0; c < inputs; c++)
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++) {
                const [y, x] = [oy * stride[0] + i - padding[0], ox * stride[1] + j - padding[1]]
                if (y < 0 || y >= high || x < 0 || x >= wide) continue
                sum += (levels[((n * inputs + c) * high + y) * wide + x] ?? NaN) * Math.round((own[(c * kh + i) * kw + j] ?? NaN) / scale)
              }
          values.push((sum * scale) / pooled ** 2 + (bias ? (biases[k] ?? NaN) : 0))
        }
    }
  return { values: Float32Array.from(values), shape: [count, outputs, down, across] }
}

describe.each(layers)('a convolution %s as a product', (_, layer) => {
  it('is the sum of integers, times the scales', async () => {
    const weight = weights(...layer.kernel)
    const float = model(layer, weight)
    const { onnx, layers: told } = quantize(float, { scale: 1, signed: false, exact: true }, 'products')
    expect(told).toEqual([{ layer: 'layer', scale: 1 / layer.pooled ** 2, exact: true }])
    const types = new Set(fromBinary(ModelProtoSchema, onnx).graph!.node.map(({ opType }) => opType))
    expect(types.has('MatMul') && !types.has('Conv')).toBe(true)
    const { pooled } = layer
    const x = hostTensor([count, inputs, high * pooled, wide * pooled])
    x.data.forEach((__, i) => (x.data[i] = random.uniform()))
    const levels = new Int32Array(count * inputs * high * wide)
    x.data.forEach((value, i) => {
      const [row, column] = [Math.floor(i / (wide * pooled)), i % (wide * pooled)]
      // Rows of all images and channels lie one behind the other, and high is of each.
      const at = Math.floor(row / pooled) * wide + Math.floor(column / pooled)
      levels[at] = (levels[at] ?? 0) + Number(value > 0.5)
    })
    const expected = bruteForce(layer, weight, levels)
    const loaded = await engine.load(onnx, { device: 'cpu' })
    const y = hostTensor(expected.shape)
    await loaded.run({ x }, { y })
    await loaded.release()
    y.data.forEach((value, i) => expect(Math.abs(value - (expected.values[i] ?? NaN))).toBeLessThan(2e-6))
    expect(new Set(expected.values).size).toBeGreaterThan(20)
  })
})
