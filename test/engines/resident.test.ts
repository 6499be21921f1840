import { expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { scalar } from '../../main/training/state.ts'
import { underSoftwareVulkan, withoutSoftwareVulkan } from './software-vulkan.ts'

it.skipIf(withoutSoftwareVulkan !== null)(
  `weights and optimizer state stay on the WebGPU device from step to step, with the CPU's numbers${withoutSoftwareVulkan === null ? '' : ` (skipped: ${withoutSoftwareVulkan})`}`,
  async () => {
    const { stays, cpu, values, difference } = (await underSoftwareVulkan('resident-child.ts', null)) as { stays: number[]; cpu: number[]; values: number; difference: number }
    expect(new Set(stays).size).toBe(3)
    stays.forEach((loss, k) => expect(Math.abs(loss - (cpu[k] ?? NaN))).toBeLessThan(1e-5))
    expect(values).toBeGreaterThan(500)
    expect(difference).toBeLessThan(1e-5)
  },
  60_000,
)

it('is not offered where the runtime can keep nothing on the device', () => {
  expect(onnxRuntime().resident?.('cpu', { w: scalar() })).toBeNull()
  expect(onnxRuntime().resident?.('cuda', { w: scalar() })).toBeNull()
})
