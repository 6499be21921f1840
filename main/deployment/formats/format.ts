import type { ModelRunner } from '../runner.ts'
import type { ExportProof, ExportSettings, Quantization } from '../schema.ts'
import type { TrainedNetwork } from '../trained.ts'

/** A file that was written and proven. */
export interface Exported {
  /** Its name in the model's folder. */
  readonly file: string
  readonly bytes: Uint8Array
  /** As it stands in the file. */
  readonly metadata: Readonly<Record<string, string>>
  readonly proof: ExportProof
  /** What a user of the file has to know. */
  readonly notes: readonly string[]
  readonly quantization?: Quantization
  /** Makes the file ready to run. */
  readonly open: () => Promise<ModelRunner>
  /** Further files of the folder, by name. */
  readonly more?: ReadonlyMap<string, Uint8Array>
}

/** Makes a network one kind of file. Share done: 0..1. @throws ProofError, UnsuitableError */
export type Format = (network: TrainedNetwork, settings: ExportSettings, onProgress?: (share: number) => void) => Promise<Exported>

/** A network, or what was asked for, that a format can't express; the message says why and what can be done. */
export class UnsuitableError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UnsuitableError'
  }
}
