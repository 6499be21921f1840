/**
 * An exported model for test/bench/inference.ts: inference-child.ts FILE DEVICE THREADS, facts beside the file (inference-files.ts), 0 threads: one for
 * each core. Answers each line "BATCH RUNS" on stdin with a line of JSON: seconds and processor seconds of each run, most memory of the
 * process so far in MB, bytes of the file.
 */
import { readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { StepRunner } from '../../main/deployment/step-runner.ts'
import { WindowRunner } from '../../main/deployment/window-runner.ts'
import type { Engine } from '../../main/engines/engine.ts'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { deviceSchema } from '../../main/engines/schema.ts'
import { peakMemory } from '../../main/peak-memory.ts'
import { Random } from '../../main/random.ts'
import type { FileFacts } from './inference-files.ts'
import { processorSeconds } from './processor-time.ts'

const [file = '', device, threads] = [process.argv[2], deviceSchema.parse(process.argv[3]), Number(process.argv[4])]
const { shape, classes, states } = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as FileFacts
const runtime = onnxRuntime()
const engine: Engine = {
  name: runtime.name,
  version: runtime.version,
  load: (onnx, options) => runtime.load(onnx, { ...options, device, ...(threads > 0 && { threads }) }),
}
const onnx = readFileSync(file)
const runner = await (states ? StepRunner.open(engine, onnx, shape, classes, states) : WindowRunner.open(engine, onnx, shape, classes))
const random = new Random(1, 'bench')
for await (const line of createInterface({ input: process.stdin })) {
  const [batch = 1, runs = 1] = line.split(' ').map(Number)
  const frames = Float32Array.from({ length: batch * shape.reduce((a, b) => a * b, 1) }, () => Number(random.uniform() < 0.1))
  const [seconds, processor]: [number[], number[]] = [[], []]
  for (let i = 0; i < runs; i++) {
    const [started, used] = [performance.now(), processorSeconds()]
    await runner.run(frames, batch)
    processor.push(processorSeconds() - used)
    seconds.push((performance.now() - started) / 1000)
  }
  const answer = { seconds, processor, peakMb: peakMemory() / 2 ** 20, bytes: statSync(file).size }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await runner.release()
// The provider's threads would keep the process alive.
process.exit(0)
