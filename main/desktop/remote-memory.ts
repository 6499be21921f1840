import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeJson } from '../training/atomic.ts'

/** Electron's safeStorage, where the system has a key store: null from either where it has none, or has lost the key. */
export interface KeyStore {
  encrypt(text: string): string | null
  decrypt(text: string): string | null
}

const knownSchema = z.object({
  origin: z.string(),
  /** Encrypted by the key store; null: not kept. */
  token: z.string().nullable(),
  /** PEM of a certificate that the user trusts there. */
  certificate: z.string().nullable(),
})
export type Known = z.infer<typeof knownSchema>

/** So many are remembered; the longest unused are forgotten first. */
const most = 12

/** The remote workbenches that were connected to, latest first, in a file of the desktop's own folder. Tokens are in it encrypted or not at all. */
export class RemoteMemory {
  readonly #file: string
  readonly #keys: KeyStore
  #known: readonly Known[]

  constructor(file: string, keys: KeyStore) {
    this.#file = file
    this.#keys = keys
    this.#known = read(file)
  }

  get known(): readonly Known[] {
    return this.#known
  }

  find(origin: string): Known | undefined {
    return this.#known.find((known) => known.origin === origin)
  }

  /** The token that is kept; null where none is, or it can't be read any more. */
  token(origin: string): string | null {
    const kept = this.find(origin)?.token ?? null
    return kept === null ? null : this.#keys.decrypt(kept)
  }

  /** Remembers it as the latest. @throws StorageError */
  remember(origin: string, token: string, certificate: string | null): void {
    const others = this.#known.filter((known) => known.origin !== origin)
    this.#write([{ origin, token: this.#keys.encrypt(token), certificate }, ...others].slice(0, most))
  }

  /** @throws StorageError */
  forget(origin: string): void {
    this.#write(this.#known.filter((known) => known.origin !== origin))
  }

  #write(known: readonly Known[]): void {
    this.#known = known
    writeJson(this.#file, known)
  }
}

/** What can't be read is no reason not to start: connections can be made again. */
function read(file: string): readonly Known[] {
  try {
    return z.array(knownSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
