/** Decodes one recording in a thread of its own as often as asked: the second core of test/bench/decode.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { decodeAll } from './decode-all.ts'

const { path, passes } = workerData as { path: string; passes: number }
// Before the clock starts: compiled code and warm columns.
for (let i = 0; i < 3; i++) decodeAll(path)
parentPort!.postMessage('ready')
parentPort!.once('message', () => {
  let events = 0
  for (let i = 0; i < passes; i++) events += decodeAll(path)
  parentPort!.postMessage(events)
})
