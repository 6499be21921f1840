import { describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import { filtering, forward, inputGradient, tiling, weightGradient } from '../../main/graph/ops/winograd.ts'
import { Random } from '../../main/random.ts'
import { hostTensor } from '../../main/training/state.ts'

const random = new Random(3, 'winograd')
function values(shape: readonly number[], draw: () => number) {
  const tensor = hostTensor(shape)
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = draw()
  return tensor
}

describe('minimal filtering', () => {
  it.each([2, 3, 4] as const)('F(%i, 3) is the correlation', (m) => {
    const { n, a, b, g } = filtering(m)
    const times = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] => matrix.map((row) => row.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0))
    const d = Array.from({ length: n }, () => random.uniform())
    const w = Array.from({ length: 3 }, () => random.uniform() - 0.5)
    const [bd, gw] = [times(b, d), times(g, w)]
    const y = times(a, bd.map((value, i) => value * (gw[i] ?? 0)))
    expect(y).toHaveLength(m)
    y.forEach((value, j) => expect(value).toBeCloseTo([0, 1, 2].reduce((sum, k) => sum + (d[j + k] ?? 0) * (w[k] ?? 0), 0), 12))
  })
})

describe('convolution in tiles', () => {
  it('is left alone where it would not pay', () => {
    expect(tiling([40, 64, 48, 48], [128, 64, 3, 3], [1, 1])).toBeUndefined()
    expect(tiling([1, 512, 6, 6], [512, 512, 3, 3], [1, 1])).toBeUndefined()
    expect(tiling([40, 512, 12, 12], [512, 512, 5, 5], [2, 2])).toBeUndefined()
  })

  it('is done in parts where its products are many', () => {
    expect(tiling([45, 64, 12, 12], [64, 64, 3, 3], [1, 1])?.parts).toEqual([45])
    expect(tiling([61, 256, 24, 24], [128, 256, 3, 3], [1, 1])?.parts).toEqual([30, 31])
  })

  // One matrix for both axes; one for each; tiles that stick out on both sides; no padding.
  it.each([
    [[20, 72, 6, 6], [80, 72, 3, 3], [1, 1], 3],
    [[8, 64, 12, 12], [96, 64, 3, 3], [1, 1], 4],
    [[12, 96, 11, 7], [64, 96, 3, 3], [1, 1], 4],
    [[24, 80, 10, 9], [72, 80, 3, 3], [0, 0], 4],
    [[15, 64, 12, 12], [64, 64, 3, 3], [1, 1], 4, [4, 5, 6]],
  ] as const)('of %j with %j, padding %j', async (input, kernel, padding, m, parts?: readonly number[]) => {
    const whole = tiling(input, kernel, padding)
    if (!whole) throw new Error('not tiled')
    const tiles = { ...whole, parts: parts ?? whole.parts }
    expect(tiles.filter.m).toBe(m)
    const [[n, c, high, wide], [k]] = [input, kernel]
    const output = [n, k, ...tiles.output] as [number, number, number, number]
    const [x, weight, dy] = [values(input, () => Number(random.uniform() < 0.2)), values(kernel, () => random.uniform() - 0.5), values(output, () => random.uniform() - 0.5)]

    const onnx = new OnnxBuilder('training-tiles')
    onnx.output(forward(onnx, 'x', 'weight', tiles), 'y')
    onnx.output(inputGradient(onnx, 'dy', 'weight', tiles), 'dx')
    onnx.output(weightGradient(onnx, 'x', 'dy', tiles), 'dw')
    const ports = { y: output, dx: input, dw: kernel }
    const program = await onnxRuntime().load(onnx.serialize({
      name: 'tiles', producerVersion: '1', inputs: [{ name: 'x', shape: input }, { name: 'weight', shape: kernel }, { name: 'dy', shape: output }],
      outputs: Object.entries(ports).map(([name, shape]) => ({ name, shape })),
    }), { device: 'cpu' })
    const found = { y: hostTensor(output), dx: hostTensor(input), dw: hostTensor(kernel) }
    await program.run({ x, weight, dy }, found)
    await program.release()

    const expected = { y: new Float64Array(found.y.data.length), dx: new Float64Array(x.data.length), dw: new Float64Array(weight.data.length) }
    for (let image = 0; image < n; image++) for (let o = 0; o < k; o++) for (let i = 0; i < c; i++) for (let y = 0; y < output[2]; y++) for (let at = 0; at < output[3]; at++) for (let p = 0; p < 9; p++) {
      const [row, column] = [y + Math.floor(p / 3) - padding[0], at + (p % 3) - padding[1]]
      if (row < 0 || column < 0 || row >= high || column >= wide) continue
      const [from, by, to] = [((image * c + i) * high + row) * wide + column, (o * c + i) * 9 + p, ((image * k + o) * output[2] + y) * output[3] + at]
      expected.y[to]! += (x.data[from] ?? 0) * (weight.data[by] ?? 0)
      expected.dx[from]! += (dy.data[to] ?? 0) * (weight.data[by] ?? 0)
      expected.dw[by]! += (dy.data[to] ?? 0) * (x.data[from] ?? 0)
    }
    for (const name of ['y', 'dx', 'dw'] as const) {
      const [error, size] = expected[name].reduce<[number, number]>(([e, s], value, i) => [e + (value - (found[name].data[i] ?? NaN)) ** 2, s + value * value], [0, 0])
      expect(Math.sqrt(error / size), name).toBeLessThan(3e-6)
    }
  })
})
