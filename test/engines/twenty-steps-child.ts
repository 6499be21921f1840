/** Twenty steps of a variant on WebGPU: node twenty-steps-child.ts INPUT RESULT (test/engines/software-vulkan.ts). */
import { readFileSync, writeFileSync } from 'node:fs'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { twentySteps, type Variant } from './twenty-steps.ts'

const variant = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Variant
writeFileSync(process.argv[3] ?? '', JSON.stringify(await twentySteps(onnxRuntime(), 'webgpu', variant)))
// The provider's threads would keep the process alive.
process.exit(0)
