/** Scans, seeks in and frames a recording, as looking and importing do, alone in a process, and tells how much memory that took: what test/datasets/looked-at.test.ts asks. */
import { decode } from '../../main/datasets/decode.ts'
import { batchesToFrames } from '../../main/datasets/frames.ts'
import { LookedAt } from '../../main/datasets/looked-at.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { peakMemory } from '../../main/peak-memory.ts'

const path = process.argv[2]!
const framing = framingSchema.parse({})
const look = new LookedAt(path)
const { recording, totals, batches } = look.whole(() => {})
const { data } = batchesToFrames(batches(), totals, [recording.height, recording.width], framing)
const slice = look.slice((totals.last - totals.first) / 2, totals.last, 2_000_000)
const decoded = decode(path, () => {})
const imported = batchesToFrames(decoded.batches(), decoded.totals, [34, 34], framing)
const same = imported.data.every((value, i) => value === data[i])
console.log(JSON.stringify({ events: recording.events, slice: slice.t.length, same, megabytes: peakMemory() / 2 ** 20 }))
