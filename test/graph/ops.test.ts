import { beforeAll, describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { gradients } from '../../main/graph/autodiff.ts'
import { Graph } from '../../main/graph/graph.ts'
import type { Tensor } from '../../main/graph/tensor.ts'
import { ops } from '../../main/snn/ops/index.ts'
import { runOnWebgpu, type WebgpuResult, withoutSoftwareVulkan } from '../engines/software-vulkan.ts'
import { built, open } from './built.ts'
import { opCases } from './cases.ts'

const engine = onnxRuntime()

describe('every op', () => {
  it.each(built.filter(({ item }) => item.noDifferences === undefined))('$item.name: the gradient is what central differences say', async ({ item, forward, all, inputs }) => {
    const evaluate = await open(engine, forward)
    const found = await (await open(engine, all))(inputs)
    for (const [name, { data }] of Object.entries(inputs)) {
      const gradient = found[name.replace('x', 'd')]?.data ?? new Float32Array()
      for (let i = 0; i < data.length; i++) {
        const before = data[i] ?? 0
        const at = async (value: number): Promise<number> => {
          data[i] = value
          return (await evaluate(inputs))['loss']?.data[0] ?? NaN
        }
        // The float32 neighbours' real distance, not 2·step.
        const [up, down] = [Math.fround(before + item.step), Math.fround(before - item.step)]
        const difference = ((await at(up)) - (await at(down))) / (up - down)
        data[i] = before
        // Float32 rounding of the loss over the step, and the third derivative times step² for curved ops.
        const tolerance = 4e-6 / item.step + (item.step < 0.1 ? 4 * item.step ** 2 + 1e-4 : 1e-5)
        expect(Math.abs((gradient[i] ?? NaN) - difference), `d loss / d ${name}[${i}]: ${gradient[i]} against ${difference}`).toBeLessThan(tolerance * (1 + Math.abs(difference)))
      }
    }
  })

  it.each(Object.entries(opCases).flatMap(([kind, cases]) => ('by' in cases ? [{ kind, by: cases.by }] : [])))('$kind is reached through $by and has no gradient of its own', ({ kind, by }) => {
    const graph = new Graph(ops)
    const cases = opCases[by]
    const item = 'by' in cases ? undefined : cases[0]
    if (!item) throw new Error(`${by} has no case`)
    const inputs = item.shapes.map((shape, i) => graph.input(`x${i}`, shape))
    const loss = graph.reshape(graph.sum(item.build(graph, inputs)), [1])
    const slopes = gradients(graph, loss, inputs)
    expect(graph.nodes.some((node) => node.kind === kind)).toBe(true)
    const again = graph.reshape(graph.sum(slopes[0] as Tensor), [1])
    expect(() => gradients(graph, again, [inputs[inputs.length > 1 ? 1 : 0] as Tensor])).toThrow(/has no gradient|does not depend/)
  })
})

describe.skipIf(withoutSoftwareVulkan !== null)(`every op on WebGPU${withoutSoftwareVulkan === null ? '' : ` (skipped: ${withoutSoftwareVulkan})`}`, () => {
  let results: WebgpuResult[] = []
  beforeAll(async () => {
    results = await runOnWebgpu(
      built.map(({ item, all, inputs }) => ({
        name: item.name,
        onnx: Buffer.from(all.onnx).toString('base64'),
        inputs: Object.fromEntries(Object.entries(inputs).map(([name, { shape, data }]) => [name, { shape, values: [...data] }])),
        outputs: Object.fromEntries(all.outputs.map(({ name, shape }) => [name, shape as number[]])),
      })),
    )
  }, 120_000)

  it.each(built.map((one, i) => ({ ...one, i })))('$item.name: values and gradients are those of the CPU', async ({ all, inputs, i }) => {
    const expected = await (await open(engine, all))(inputs)
    const found = results[i] ?? { error: 'no result' }
    expect(found).not.toHaveProperty('error')
    for (const [name, { data }] of Object.entries(expected)) {
      const values = (found as Record<string, readonly number[]>)[name] ?? []
      expect(values.length, name).toBe(data.length)
      data.forEach((value, k) => expect(Math.abs((values[k] ?? NaN) - value), `${name}[${k}]`).toBeLessThan(1e-4 * (1 + Math.abs(value))))
    }
  })
})
