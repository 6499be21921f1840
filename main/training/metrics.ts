import { measured } from './measured.ts'

/** What is measured on a set of samples. */
export interface Measurement {
  readonly samples: number
  /** Cross-entropy of the time-mean logits, mean over samples. */
  readonly loss: number
  /** Share of samples whose largest time-mean logit is the label's. */
  readonly accuracy: number
  /** Accuracy of each timestep's own logits O(t), T values. */
  readonly timestepAccuracy: number[]
  /** [class][predicted] counts. */
  readonly confusion: number[][]
}

/** Index of the largest of `count` values from `offset`; the first of equals. NaN is never larger. */
export function argmax(values: Float32Array | Float64Array, offset: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if ((values[offset + i] ?? 0) > (values[offset + best] ?? 0)) best = i
  return best
}

/** softmax(logits), in float64. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits)
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] = Math.exp((values[i] ?? 0) - largest)
  return values.map((value) => value / sum)
}

/** -log softmax(logits)[label], in float64. */
export function crossEntropy(logits: Float64Array, label: number): number {
  let largest = -Infinity
  for (const value of logits) largest = Math.max(largest, value)
  let sum = 0
  for (const value of logits) sum += Math.exp(value - largest)
  return largest + Math.log(sum) - (logits[label] ?? NaN)
}

/** Mean over time of one sample's logits. @param logits [T, batch, classes] */
export function timeMean(
  logits: Float32Array,
  timesteps: number,
  batch: number,
  classes: number,
  sample: number,
  out: Float64Array,
): Float64Array {
  out.fill(0)
  for (let t = 0; t < timesteps; t++) {
    for (let c = 0; c < classes; c++) out[c] = (out[c] ?? 0) + (logits[(t * batch + sample) * classes + c] ?? NaN)
  }
  for (let c = 0; c < classes; c++) out[c] = (out[c] ?? 0) / timesteps
  return out
}

/** How many of the first `count` samples have the label as arg max of the time-mean logits. @param logits [T, batch, classes] */
export function correctSamples(logits: Float32Array, timesteps: number, batch: number, classes: number, labels: readonly number[]): number {
  const mean = new Float64Array(classes)
  return labels.reduce(
    (correct, label, i) => correct + Number(argmax(timeMean(logits, timesteps, batch, classes, i, mean), 0, classes) === label),
    0,
  )
}

/** Gathers measurements batch by batch; samples in a fixed order give the same figures to the last bit. */
export class Measuring {
  readonly #timesteps: number
  readonly #classes: number
  readonly #mean: Float64Array
  readonly #correctAt: Float64Array
  readonly #confusion: number[][]
  #samples = 0
  #loss = 0

  constructor(timesteps: number, classes: number) {
    this.#timesteps = timesteps
    this.#classes = classes
    this.#mean = new Float64Array(classes)
    this.#correctAt = new Float64Array(timesteps)
    this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  }

  /**
   * Counts the first `labels.length` samples of a batch; what pads it is left out.
   * @param logits [T, batch, classes]
   */
  add(logits: Float32Array, batch: number, labels: readonly number[]): void {
    labels.forEach((label, i) => {
      const mean = timeMean(logits, this.#timesteps, batch, this.#classes, i, this.#mean)
      this.#loss += crossEntropy(mean, label)
      const row = this.#confusion[label]
      const predicted = argmax(mean, 0, this.#classes)
      if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1
      for (let t = 0; t < this.#timesteps; t++) {
        if (argmax(logits, (t * batch + i) * this.#classes, this.#classes) === label) this.#correctAt[t] = (this.#correctAt[t] ?? 0) + 1
      }
    })
    this.#samples += labels.length
  }

  get result(): Measurement {
    const correct = this.#confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0)
    return {
      samples: this.#samples,
      loss: this.#loss / this.#samples,
      accuracy: correct / this.#samples,
      timestepAccuracy: Array.from(this.#correctAt, (n) => n / this.#samples),
      confusion: this.#confusion.map((row) => [...row]),
    }
  }
}

/** Whether an epoch's figures beat the best so far: higher accuracy, then lower loss; the earlier epoch keeps a tie of both. */
export function isBetter(epoch: Parameters<typeof measured>[0], best: { readonly value: number; readonly testLoss: number } | null): boolean {
  const { accuracy, loss } = measured(epoch)
  if (best === null || accuracy > best.value) return true
  return accuracy === best.value && loss < best.testLoss
}
