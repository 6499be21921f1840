/** One measurement of test/bench/training.ts in a process of its own, for its peak memory: node training-child.ts BATCH STEPS. */
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { peakMemory } from '../../main/peak-memory.ts'
import { processorSeconds } from './processor-time.ts'
import { benchStep } from './training-step.ts'

const [batch = 4, steps = 8] = process.argv.slice(2).map(Number)
const step = benchStep(batch)
const loaded = await onnxRuntime().load(step.program.onnx, { device: 'cpu' })
const seconds: number[] = []
const processor: number[] = []
for (let k = 1; k <= steps; k++) {
  const { feeds, fetches } = step.next()
  const [started, before] = [performance.now(), processorSeconds()]
  await loaded.run(feeds, fetches)
  seconds.push((performance.now() - started) / 1000)
  processor.push(processorSeconds() - before)
}
if (!Number.isFinite(step.loss.data[0])) throw new Error('the loss is not finite')
process.stdout.write(JSON.stringify({ seconds, processor, peakMb: Math.round(peakMemory() / 2 ** 20) }))
