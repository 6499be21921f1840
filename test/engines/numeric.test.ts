import { beforeAll, describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { loadTensorFlow } from '../../main/engines/tensorflow/library.ts'
import { tensorFlow } from '../../main/engines/tensorflow/tensorflow.ts'
import { javascriptTensorFlow } from './javascript.ts'
import { underSoftwareVulkan, withoutSoftwareVulkan } from './software-vulkan.ts'
import { onSoftwareVulkan, twentySteps, type Variant, variantNames } from './twenty-steps.ts'

const native = await loadTensorFlow().then(
  () => null,
  () => 'its C library is not installed',
)

/** Each engine and provider, with why it can't be run here. */
const others: readonly { readonly name: string; readonly without: string | null; readonly run: (variant: Variant) => Promise<number[]> }[] = [
  {
    name: 'onnxruntime, WebGPU (over SwiftShader)',
    without: withoutSoftwareVulkan,
    run: async (variant) => (await underSoftwareVulkan('twenty-steps-child.ts', variant)) as number[],
  },
  { name: 'TensorFlow.js, JavaScript', without: null, run: async (variant) => twentySteps(tensorFlow(javascriptTensorFlow), 'cpu', variant) },
  { name: 'TensorFlow, C library', without: native, run: async (variant) => twentySteps(tensorFlow(), 'cpu', variant) },
]

describe.each(variantNames)('the same network, seed and data on every engine: %s', (variant) => {
  let expected: number[] = []
  beforeAll(async () => {
    expected = await twentySteps(onnxRuntime(), 'cpu', variant)
  })

  it('onnxruntime, CPU: twenty different losses', () => {
    expect(expected).toHaveLength(20)
    expect(expected.every(Number.isFinite)).toBe(true)
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.02)
  })

  for (const { name, without: absent, run } of others) {
    const without = absent ?? (name.includes('SwiftShader') && !onSoftwareVulkan.includes(variant) ? 'one network is enough for software that is that slow' : null)
    it.skipIf(without !== null)(
      `${name}: losses within 1e-3 over 20 steps${without === null ? '' : ` (skipped: ${without})`}`,
      async () => {
        const found = await run(variant)
        found.forEach((loss, k) => expect(Math.abs(loss - (expected[k] ?? NaN)), `step ${k + 1}: ${loss}`).toBeLessThan(1e-3))
        expect(found).toHaveLength(20)
      },
      120_000,
    )
  }
})
