import { describe, expect, it } from 'vitest'
import { gradients } from '../../main/graph/autodiff.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { drawCount, drawPool, drawShape, fillDraws } from '../../main/snn/ops/zeroth-order.ts'
import { surrogates } from '../../main/snn/ops/surrogate.ts'
import { distance, runGraph, size, spread } from './run.ts'

const draws = new Float32Array(size(drawShape))

/** The surrogate of all elements of x [B, ...] by the graph: the gradient of the sum of all spikes. */
async function surrogate(x: Float32Array, shape: readonly number[], places: Float32Array, attributes: { delta: number; start: number }): Promise<Float32Array> {
  const inputs = [{ shape, data: x }, { shape: drawShape, data: draws }, { shape: [places.length], data: places }]
  const { slope } = await runGraph(inputs, (graph, [above, drawn, at]) => {
    const spikes = graph.one('fireDrawn', [above as Tensor, drawn as Tensor, at as Tensor], attributes)
    return { slope: gradients(graph, graph.reshape(graph.sum(spikes), [1]), [above as Tensor])[0] as Tensor }
  })
  return slope ?? new Float32Array()
}

describe('the drawn surrogate of LocalZO', () => {
  it('is the mean over five draws of |z| [|x| < delta |z|] / (2 delta)', async () => {
    const [rows, channels, pixels] = [3, 5, 4000]
    const places = new Float32Array(rows)
    fillDraws(3, 'a step', draws, places)
    const x = Float32Array.from({ length: rows * channels * pixels }, (_, i) => 2 * spread(i))
    const [delta, start] = [0.4, drawPool - 2]
    const found = await surrogate(x, [rows, channels, 40, 100], places, { delta, start })
    const plain = Array.from(x, (above, i) => {
      const [row, neuron] = [Math.floor(i / (channels * pixels)), i % (channels * pixels)]
      let sum = 0
      for (let k = 0; k < drawCount; k++) {
        const z = draws[k * drawShape[1] + (((places[row] ?? NaN) + start + neuron) % drawPool)] ?? NaN
        if (Math.abs(above) < delta * z) sum += z / (2 * delta)
      }
      return sum / drawCount
    })
    expect(distance(found, plain)).toBeLessThan(1e-6)
    expect(plain.filter((value) => value > 0).length).toBeGreaterThan(plain.length / 4)
  })

  it('is on average the normal density, with the variance of draws of one’s own each', async () => {
    const [rows, neurons, delta] = [64, 512, 0.5]
    const places = new Float32Array(rows)
    fillDraws(11, 'a step', draws, places)
    for (const at of [0, 0.3, 1]) {
      const found = await surrogate(new Float32Array(rows * neurons).fill(at), [rows, neurons], places, { delta, start: 17 })
      const mean = found.reduce((a, b) => a + b, 0) / found.length
      expect(mean).toBeCloseTo(surrogates.gaussian.derivative(at, delta), 2)
      // E[z² [|z| > r]] = 2 (r n(r) + 1 - N(r)), n and N the normal density and distribution, r = at/delta.
      const r = at / delta
      const second = (2 * (r * surrogates.gaussian.derivative(r, 1) + 1 - surrogates.gaussian.primitive(r, 1))) / (4 * delta * delta)
      const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length
      expect(variance / ((second - mean * mean) / drawCount)).toBeGreaterThan(0.93)
      expect(variance / ((second - mean * mean) / drawCount)).toBeLessThan(1.07)
    }
  })

  it('draws the same for the same seed and step, others for others', () => {
    const drawn = (seed: number, step: string) => {
      const places = new Float32Array(4)
      fillDraws(seed, step, draws, places)
      return [...draws.slice(0, 5), ...draws.slice(drawShape[1], drawShape[1] + 5), ...places].join()
    }
    expect(drawn(5, 'epoch 1, batch 2')).toBe(drawn(5, 'epoch 1, batch 2'))
    expect(drawn(5, 'epoch 1, batch 3')).not.toBe(drawn(5, 'epoch 1, batch 2'))
    expect(drawn(6, 'epoch 1, batch 2')).not.toBe(drawn(5, 'epoch 1, batch 2'))
    const values = draws.subarray(0, drawPool)
    expect(values.reduce((sum, z) => sum + z * z, 0) / drawPool).toBeCloseTo(1, 1)
    expect(draws.subarray(drawPool, 2 * drawPool)).toEqual(values)
  })
})
