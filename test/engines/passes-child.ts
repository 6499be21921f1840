/** What the WebGPU provider says to rewritten programs: node passes-child.ts INPUT RESULT (test/engines/software-vulkan.ts). */
import { writeFileSync } from 'node:fs'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { forWebgpu } from '../../main/engines/passes/webgpu.ts'
import { loadRuntime } from '../../main/engines/runtime.ts'
import { small } from '../../main/snn/models/small.ts'
import { buildTrainingProgram } from '../../main/snn/training-program.ts'

const { onnx } = buildTrainingProgram({
  network: small.network, classes: 4, shape: [2, 2, 16, 16], batch: 2, optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  method: { name: 'trt', eta: 0.05, lambda: 1e-5, delta: 0.5, epsilon: 1e-5, firstTimestep: 0 },
})
const said = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: Error) => error.message)
/** Refuses a program of which anything would run on the CPU. */
const whole = (program: Uint8Array): Promise<string> =>
  said(loadRuntime('webgpu').InferenceSession.create(program, { executionProviders: ['webgpu'], logSeverityLevel: 4, extra: { session: { disable_cpu_ep_fallback: '1' } } }))
const result = { asItIs: await whole(onnx), rewritten: await whole(forWebgpu(onnx)), mixed: await said(onnxRuntime().load(onnx, { device: 'webgpu', precision: 'mixed' })) }
writeFileSync(process.argv[3] ?? '', JSON.stringify(result))
// The provider's threads would keep the process alive.
process.exit(0)
