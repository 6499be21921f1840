/** Runs the programs of a file on WebGPU: node webgpu-child.ts JOBS RESULTS (test/engines/software-vulkan.ts). */
import { readFileSync, writeFileSync } from 'node:fs'
import type { HostTensor } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import type { WebgpuJob, WebgpuResult } from './software-vulkan.ts'

const [jobsFile = '', resultsFile = ''] = process.argv.slice(2)
const engine = onnxRuntime()
const results: WebgpuResult[] = []
for (const job of JSON.parse(readFileSync(jobsFile, 'utf8')) as WebgpuJob[]) {
  try {
    const program = await engine.load(Buffer.from(job.onnx, 'base64'), { device: 'webgpu' })
    const feeds = Object.fromEntries(Object.entries(job.inputs).map(([name, { shape, values }]): [string, HostTensor] => [name, { shape, data: Float32Array.from(values) }]))
    const fetches = Object.fromEntries(
      Object.entries(job.outputs).map(([name, shape]): [string, HostTensor] => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]),
    )
    await program.run(feeds, fetches)
    await program.release()
    results.push(Object.fromEntries(Object.entries(fetches).map(([name, { data }]) => [name, [...data]])))
  } catch (error) {
    results.push({ error: error instanceof Error ? error.message : String(error) })
  }
}
writeFileSync(resultsFile, JSON.stringify(results))
// The provider's threads would keep the process alive.
process.exit(0)
