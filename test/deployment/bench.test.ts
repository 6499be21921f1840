import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { measureModel, quantile } from '../../main/deployment/bench/measure.ts'
import { OnnxBuilder } from '../../main/graph/onnx/builder.ts'
import { oneThread, temporaryFolder } from '../training/tiny.ts'

it('measures every batch size as often as it was told, and the memory of its process', async () => {
  const onnx = new OnnxBuilder()
  onnx.output(onnx.node('ReduceMean', ['x'], { axes: [2, 3], keepdims: 0 }), 'y')
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'model.onnx'), onnx.serialize({ name: 'g', inputs: [{ name: 'x', shape: ['N', 2, 4, 4] }], outputs: [{ name: 'y', shape: ['N', 2] }], producerVersion: '1' }))
  writeFileSync(join(folder, 'reading.json'), JSON.stringify({ framing: { timesteps: 2, resize: [4, 4] }, filters: [] }))
  const options = { file: join(folder, 'model.onnx'), engine: oneThread(), device: 'cpu' as const, batches: [1, 3] }
  const { rows, memory } = await measureModel({ ...options, effort: { least: 3, most: 4, milliseconds: 0 } })
  expect(rows.map(({ batch, runs, device }) => [batch, runs, device])).toEqual([[1, 3, 'cpu'], [3, 3, 'cpu']])
  for (const { p50, p95, samplesPerSecond } of rows) {
    expect(p50).toBeGreaterThan(0)
    expect(p95).toBeGreaterThanOrEqual(p50)
    expect(samplesPerSecond).toBeGreaterThan(0)
  }
  expect(memory).toBeGreaterThan(1e7)
  expect((await measureModel({ ...options, batches: [1], effort: { least: 1, most: 2, milliseconds: 1e6 } })).rows[0]!.runs).toBe(2)
  await expect(measureModel({ ...options, device: 'tensorflow' })).rejects.toThrow()
})

it('quantiles are values that were measured', () => {
  expect([0.5, 0.95, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([2, 4, 4])
})
