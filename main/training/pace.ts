/** How fast a run goes and how long it will still take. */
export class Pace {
  readonly #samplesPerEpoch: number
  readonly #epochs: number
  /** Seconds per sample, smoothed over about the last ten steps. */
  #perSample: number | undefined
  #evaluation = 0

  constructor(samplesPerEpoch: number, epochs: number) {
    this.#samplesPerEpoch = samplesPerEpoch
    this.#epochs = epochs
  }

  step(samples: number, seconds: number): void {
    const now = seconds / samples
    this.#perSample = this.#perSample === undefined ? now : 0.9 * this.#perSample + 0.1 * now
  }

  /** Seconds that measuring the test split took. */
  evaluation(seconds: number): void {
    this.#evaluation = seconds
  }

  /** @param epochsDone finished epochs @param samplesDone samples of the current one */
  figures(epochsDone: number, samplesDone: number): { samplesPerSecond: number; secondsLeft: number } {
    const perSample = this.#perSample ?? 0
    const left = (this.#epochs - epochsDone) * this.#samplesPerEpoch - samplesDone
    return {
      samplesPerSecond: perSample > 0 ? 1 / perSample : 0,
      secondsLeft: left * perSample + (this.#epochs - epochsDone) * this.#evaluation,
    }
  }
}
