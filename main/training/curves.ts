import { join } from 'node:path'
import { writeFileAtomic } from './atomic.ts'
import { csv } from './csv.ts'
import type { EpochMetrics } from './schema.ts'

export const curvesFile = 'curves.csv'

/** It is written whole, so a run of thousands of short epochs does not write it after every one. */
const writeEveryMs = 1000

/** A row an epoch, for spreadsheets and pandas: all figures of epochs.jsonl, with a column for every timestep and neuron layer. */
export function curvesCsv(epochs: readonly EpochMetrics[]): string {
  const plain = ['epoch', 'timesteps', 'learningRate', 'trainLoss', 'trainAccuracy', 'validationLoss', 'validationAccuracy', 'testLoss', 'testAccuracy', 'samplesPerSecond', 'seconds', 'waitedSeconds'] as const
  const columns = plain.filter((name) => epochs.some((line) => line[name] !== undefined))
  const timesteps = epochs.reduce((most, { timestepAccuracy }) => Math.max(most, timestepAccuracy.length), 0)
  const layers = [...new Set(epochs.flatMap(({ firingRates }) => firingRates.map(({ layer }) => layer)))]
  const head = [...columns, ...Array.from({ length: timesteps }, (_, t) => `accuracy of timestep ${t + 1}`), ...layers.map((layer) => `firing rate of ${layer}`)]
  const rows = epochs.map((line) => {
    const rates = new Map(line.firingRates.map(({ layer, rate }) => [layer, rate]))
    return [...columns.map((name) => line[name]), ...Array.from({ length: timesteps }, (_, t) => line.timestepAccuracy[t]), ...layers.map((layer) => rates.get(layer))]
  })
  return csv([head, ...rows])
}

/** curves.csv beside epochs.jsonl: made from it, at most a second behind it, always whole. */
export class CurvesFile {
  readonly #path: string
  readonly #epochs: EpochMetrics[]
  #written = 0
  #behind = true

  /** @param epochs those that are finished */
  constructor(run: string, epochs: readonly EpochMetrics[]) {
    this.#path = join(run, curvesFile)
    this.#epochs = [...epochs]
  }

  /** @throws StorageError */
  add(line: EpochMetrics): void {
    this.#epochs.push(line)
    this.#behind = true
    if (performance.now() - this.#written >= writeEveryMs) this.#write()
  }

  /** The run ends, in whatever way: a disk that takes no more must not hide why. epochs.jsonl has it all. */
  settle(): void {
    try {
      if (this.#behind && this.#epochs.length > 0) this.#write()
    } catch {
      // Written again when the run is gone on with or exported.
    }
  }

  #write(): void {
    writeFileAtomic(this.#path, curvesCsv(this.#epochs))
    this.#written = performance.now()
    this.#behind = false
  }
}
