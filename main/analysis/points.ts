import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, readJson, writeJson } from '../training/atomic.ts'
import { canonicalJson } from '../training/checkpoint.ts'
import type { Losses } from './objective.ts'
import { lossNameSchema } from './schemas/landscape.ts'

const fileSchema = z.object({
  version: z.literal(1),
  /** "best", "last" or "epoch-N", and SHA-256 of that file. */
  checkpoint: z.string(),
  hash: z.string(),
  points: z.array(z.tuple([z.number(), z.number(), z.partialRecord(lossNameSchema, z.number())])),
})

/** Points are written at most this often. */
const saveEveryMs = 2000

/**
 * Losses at the points (a, b) of a landscape, kept beside the run: what was cancelled or killed goes on from them, and a finer grid
 * over the same plane takes the coarse one's. One file for everything that decides a point's loss; written atomically. It may be
 * deleted at any time.
 */
export class Points {
  readonly #path: string
  readonly #head: { readonly checkpoint: string; readonly hash: string }
  readonly #points = new Map<string, readonly [number, number, Losses]>()
  #saved = performance.now()
  #changed = false

  /**
   * @param folder where analyses of the run lie; those of a checkpoint that has been replaced since are removed
   * @param deciding everything else that decides the loss at a point
   */
  constructor(folder: string, head: { readonly checkpoint: string; readonly hash: string }, deciding: unknown) {
    makeFolder(folder)
    const key = createHash('sha256').update(canonicalJson({ ...head, deciding })).digest('hex').slice(0, 16)
    this.#path = join(folder, `landscape-${key}.points`)
    this.#head = head
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.points'))) {
      const path = join(folder, name)
      const found = read(path)
      if (found === null || (found.checkpoint === head.checkpoint && found.hash !== head.hash)) rmSync(path, { force: true })
      else if (path === this.#path) for (const point of found.points) this.#points.set(`${point[0]},${point[1]}`, point)
    }
  }

  get size(): number {
    return this.#points.size
  }

  get(a: number, b: number): Losses | undefined {
    return this.#points.get(`${a},${b}`)?.[2]
  }

  set(a: number, b: number, losses: Losses): void {
    this.#points.set(`${a},${b}`, [a, b, losses])
    this.#changed = true
    if (performance.now() - this.#saved > saveEveryMs) this.save()
  }

  /** @throws StorageError the file before it is untouched */
  save(): void {
    if (!this.#changed) return
    writeJson(this.#path, { version: 1, ...this.#head, points: [...this.#points.values()] })
    this.#changed = false
    this.#saved = performance.now()
  }
}

/** null where the file is damaged: its points are computed again. */
function read(path: string): z.infer<typeof fileSchema> | null {
  try {
    return fileSchema.parse(readJson(path))
  } catch {
    return null
  }
}
