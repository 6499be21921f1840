/** Twenty steps on WebGPU: node twenty-steps-child.ts INPUT RESULT (test/engines/software-vulkan.ts). */
import { writeFileSync } from 'node:fs'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { twentySteps } from './twenty-steps.ts'

writeFileSync(process.argv[3] ?? '', JSON.stringify(await twentySteps(onnxRuntime(), 'webgpu')))
// The provider's threads would keep the process alive.
process.exit(0)
