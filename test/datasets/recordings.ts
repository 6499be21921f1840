import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeAedat2 } from '../../main/events/formats/aedat2.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { Random } from '../../main/random.ts'
import { temporaryFolder } from './made.ts'

/** A small recording: `length` events on a sensor of `size` x `size` pixels, among them one in its last corner. */
export function recording(seed: number, length = 200, size = 34): EventBatch {
  const random = new Random(seed, 'test recording')
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  let time = 0
  for (let i = 0; i < length; i++) {
    batch.t[i] = time += random.below(100)
    batch.x[i] = i === 0 ? size - 1 : random.below(size)
    batch.y[i] = i === 0 ? size - 1 : random.below(size)
    batch.p[i] = random.below(2)
  }
  return batch
}

export const nmnistBytes = (seed: number, length = 200) => encodeNmnist(recording(seed, length))
export const aedatBytes = (seed: number, length = 200) => encodeAedat2(recording(seed, length, 128))

/** A folder of these files. */
export function folderWith(files: Record<string, string | Uint8Array>): string {
  const root = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

/** A folder of `classes` classes a, b, c… with `perClass` N-MNIST recordings each. */
export function classFolder(classes: number, perClass: number): string {
  return folderWith(Object.fromEntries(Array.from({ length: classes * perClass }, (_, i) => [`${'abcdefgh'[i % classes]}/${i}.bin`, nmnistBytes(i)])))
}
