import type { Problem } from '../events/schema.ts'

/** One recording of an import: what the manifest says of it, and its frames [T, 2, H, W]. */
export interface ImportedFile {
  /** Of the source. */
  readonly bytes: number
  /** Modification time of the source, ms. */
  readonly modified: number
  /** SHA-256 of the source's bytes, hex. */
  readonly hash: string
  readonly format: string
  /** [height, width] */
  readonly sensor: readonly [number, number]
  readonly events: number
  readonly durationUs: number
  readonly problems: readonly Problem[]
  readonly data: Float32Array | Uint16Array
}
