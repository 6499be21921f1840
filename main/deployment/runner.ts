/** What a model gives for some samples. */
export interface Answer {
  /** [count, classes], the mean over timesteps. */
  readonly logits: Float32Array
  /** [count, T, classes] */
  readonly perTimestep: Float32Array
  /** Spikes per neuron and timestep of each sample [count], by layer, where the model tells them. */
  readonly rates: ReadonlyMap<string, Float32Array>
  /** All spikes of each sample [count], by layer, where the file was exported with spike counts. */
  readonly counts?: ReadonlyMap<string, Float32Array>
}

/** An exported model made ready to run on whole samples, however its file computes them. */
export interface ModelRunner {
  /** @param frames [count, T, C, H, W] */
  run(frames: Float32Array, count: number): Promise<Answer>
  release(): Promise<void>
}

const [ratePrefix, countPrefix] = ['rate/', 'spike_count/']

/** Outputs of a file that tell of its layers' spikes [N]. */
export const spikeOutputs = (outputs: readonly string[]): string[] => outputs.filter((name) => name.startsWith(ratePrefix) || name.startsWith(countPrefix))

/** Values of such outputs as an answer has them, by layer. */
export function spikesTold(values: ReadonlyMap<string, Float32Array>): Required<Pick<Answer, 'rates' | 'counts'>> {
  const of = (prefix: string) => new Map([...values].flatMap(([name, told]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), told] as const] : [])))
  return { rates: of(ratePrefix), counts: of(countPrefix) }
}

/** Whether values of an output add up over timesteps; the others are averaged. */
export const addsUp = (output: string): boolean => output.startsWith(countPrefix)
