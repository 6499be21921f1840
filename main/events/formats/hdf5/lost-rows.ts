import { counted, wasOrWere, type Fault, type Problems } from '../../problems.ts'

/** Why rows of a dataset can't be read. */
export type Loss = 'damaged' | 'cut' | 'unwritten'

const faults: Readonly<Record<Loss, Fault>> = {
  damaged: {
    key: 'damaged-chunks',
    severity: 'error',
    message: (count) => `${counted(count, 'row')} in damaged chunks (they can't be unpacked, or their checksum is wrong) ${wasOrWere(count)} left out`,
    advice: 'Copy the file again from where it came from.',
  },
  cut: {
    key: 'cut-rows',
    severity: 'error',
    message: (count) => `${counted(count, 'row')} behind the end of the file ${wasOrWere(count)} left out`,
    advice: 'It was cut short: copy it again if the end matters.',
  },
  unwritten: {
    key: 'unwritten-chunks',
    severity: 'warning',
    message: (count) => `${counted(count, 'row')} in chunks that were never written ${wasOrWere(count)} left out`,
    advice: 'The program that recorded it was probably stopped: the rest can be used.',
  },
}

/** Rows that a reading met which are no data, from any of its columns. */
export class LostRows {
  #ranges: { readonly from: number; readonly to: number; readonly loss: Loss; readonly offset: number | undefined }[] = []

  /** @param offset byte of the file where the loss was seen */
  add(loss: Loss, from: number, to: number, offset?: number): void {
    if (to > from) this.#ranges.push({ from, to, loss, offset })
  }

  /** Tells of those among rows[from..to), each once, and calls back for them; forgets those before. */
  take(from: number, to: number, problems: Problems, lose: (from: number, to: number) => void): void {
    if (this.#ranges.length === 0) return
    let done = from
    for (const range of this.#ranges.sort((a, b) => a.from - b.from)) {
      const [start, end] = [Math.max(range.from, done), Math.min(range.to, to)]
      if (end <= start) continue
      problems.add(faults[range.loss], range.offset, end - start)
      lose(start, end)
      done = end
    }
    this.#ranges = this.#ranges.filter((range) => range.to > to)
  }
}
