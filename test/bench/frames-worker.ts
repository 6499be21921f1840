/** Frames its share of the recordings in a thread of its own: a core of test/bench/frames.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { frameFile } from './frames.ts'

const files = workerData as string[]
const passes = 8
// Before the clock starts: compiled code.
for (let i = 0; i < 3; i++) files.forEach((path) => frameFile(path))
parentPort!.postMessage('ready')
parentPort!.once('message', () => {
  for (let i = 0; i < passes; i++) files.forEach((path) => frameFile(path))
  parentPort!.postMessage(passes * files.length)
})
