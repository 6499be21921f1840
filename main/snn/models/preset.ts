import type { NetworkDescription } from '../schema.ts'

/** A network offered by name. */
export interface NetworkPresetValue {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly network: NetworkDescription
}
