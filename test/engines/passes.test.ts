import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { mixedPrecision } from '../../main/engines/passes/mixed.ts'
import { forWebgpu } from '../../main/engines/passes/webgpu.ts'
import { tensorFlow } from '../../main/engines/tensorflow/tensorflow.ts'
import { vggsnn } from '../../main/snn/models/vggsnn.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'
import { javascriptTensorFlow } from './javascript.ts'
import { underSoftwareVulkan, withoutSoftwareVulkan } from './software-vulkan.ts'
import { twentySteps, type Variant } from './twenty-steps.ts'

/** An engine that runs another program than the one it is given. */
const rewriting = (engine: Engine, pass: (onnx: Uint8Array) => Uint8Array): Engine => ({ ...engine, load: (onnx, options) => engine.load(pass(onnx), options) })

const { onnx } = buildTrainingProgram({
  network: vggsnn.network, classes: 10, shape: [4, 2, 48, 48], batch: 2, optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  method: { name: 'trt', eta: 0.05, lambda: 1e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
})
const nodes = (program: Uint8Array) => fromBinary(ModelProtoSchema, program).graph?.node ?? []

describe.each(['tdBN, LIF', 'neurons of which all is learned'] as const)('losses of 20 steps: %s', (variant: Variant) => {
  let expected: number[] = []
  beforeAll(async () => {
    expected = await twentySteps(onnxRuntime(), 'cpu', variant)
  })

  it('the program for WebGPU computes the same', async () => {
    const found = await twentySteps(rewriting(onnxRuntime(), forWebgpu), 'cpu', variant)
    found.forEach((loss, k) => expect(Math.abs(loss - (expected[k] ?? NaN))).toBeLessThan(1e-5))
  })

  // ONNX Runtime's CPU provider has no float16 and takes the casts out again, so TensorFlow.js interprets the program here.
  it('mixed precision: the first loss within 1e-4 of float32, the curve within 0.03 in the mean and 0.1 at most', async () => {
    const mixed = await twentySteps(rewriting(tensorFlow(javascriptTensorFlow), mixedPrecision), 'cpu', variant)
    const differences = mixed.map((loss, k) => Math.abs(loss - (expected[k] ?? NaN)))
    expect(differences[0]).toBeLessThan(1e-4)
    // Rounding moves a spike over its threshold sooner or later; of a batch of four each one counts.
    expect(differences.reduce((sum, difference) => sum + difference, 0) / 20).toBeLessThan(0.03)
    expect(Math.max(...differences)).toBeLessThan(0.1)
    // It must show: else nothing was in float16.
    expect(Math.max(...differences)).toBeGreaterThan(1e-6)
  }, 60_000)
})

describe('mixed precision', () => {
  it('takes every convolution and its input gradient in float16, and no weight gradient, penalty or optimizer', () => {
    const producers = new Map(nodes(mixedPrecision(onnx)).flatMap((node) => node.output.map((name) => [name, node] as const)))
    const halves = [...producers.values()].filter(({ input, opType }) => ['Conv', 'ConvTranspose', 'MatMul', 'Gemm'].includes(opType) && input.every((name) => producers.get(name)?.opType === 'Cast'))
    const layers = halves.map(({ name }) => name.replace(/\/\d+$/, ''))
    for (let layer = 1; layer <= 8; layer++) {
      expect(layers).toContain(`conv${layer}/conv2d`)
      // The first layer's input needs no gradient.
      if (layer > 1) expect(layers).toContain(`backward/conv${layer}/conv2dInputGradient`)
    }
    expect(layers).toContain('output/matmul')
    expect(layers.filter((name) => /WeightGradient|Penalty|loss|optimizer|Pool/.test(name))).toEqual([])
  })

  it('is refused where there is no float16, with what to do', async () => {
    await expect(onnxRuntime().load(onnx, { device: 'cpu', precision: 'mixed' })).rejects.toThrow("Mixed precision can't be used on cpu: ONNX Runtime computes these operations in float32 only on a CPU. Train with float32, or on another device.")
    await expect(tensorFlow(javascriptTensorFlow).load(onnx, { device: 'tensorflow', precision: 'mixed' })).rejects.toThrow("Mixed precision can't be used on tensorflow: TensorFlow.js has no float16")
  })
})

describe.skipIf(withoutSoftwareVulkan !== null)(`WebGPU over SwiftShader${withoutSoftwareVulkan === null ? '' : ` (skipped: ${withoutSoftwareVulkan})`}`, () => {
  it('runs every operation of a rewritten step; refuses mixed precision, since this driver has no float16', async () => {
    const said = (await underSoftwareVulkan('passes-child.ts', null)) as Record<'asItIs' | 'rewritten' | 'mixed', string>
    // Where ONNX Runtime has learned the missing operations, the rewriting is to go.
    expect(said.asItIs).toContain('assigned to the default CPU EP')
    expect(said.rewritten).toBe('done')
    expect(said.mixed).toMatch(/^Mixed precision can't be used on webgpu: it has no float16 \(.*requires f16.*\)\. Train with float32, or on another device\.$/s)
  }, 60_000)
})
