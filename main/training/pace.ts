/** How fast a run goes and how long it will still take. */
export class Pace {
  readonly #samplesPerEpoch: number
  readonly #timesteps: readonly number[]
  /** Seconds per timestep of a sample, smoothed over about the last ten steps. */
  #perTimestep: number | undefined
  #evaluation = 0

  /** @param timesteps of every epoch */
  constructor(samplesPerEpoch: number, timesteps: readonly number[]) {
    this.#samplesPerEpoch = samplesPerEpoch
    this.#timesteps = timesteps
  }

  /** @param epoch counted from 0 */
  step(epoch: number, samples: number, seconds: number): void {
    const now = seconds / (samples * this.#of(epoch))
    this.#perTimestep = this.#perTimestep === undefined ? now : 0.9 * this.#perTimestep + 0.1 * now
  }

  /** Seconds that measuring the split took. */
  evaluation(seconds: number): void {
    this.#evaluation = seconds
  }

  /** @param epochsDone finished epochs @param samplesDone samples of the current one */
  figures(epochsDone: number, samplesDone: number): { samplesPerSecond: number; secondsLeft: number } {
    const perTimestep = this.#perTimestep ?? 0
    const now = this.#of(epochsDone)
    const left = this.#timesteps.slice(epochsDone).reduce((sum, timesteps) => sum + timesteps * this.#samplesPerEpoch, 0) - samplesDone * now
    return {
      samplesPerSecond: perTimestep > 0 ? 1 / (perTimestep * now) : 0,
      secondsLeft: left * perTimestep + (this.#timesteps.length - epochsDone) * this.#evaluation,
    }
  }

  #of(epoch: number): number {
    return this.#timesteps[epoch] ?? 1
  }
}
