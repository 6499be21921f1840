import type { DatasetManifest } from '../datasets/schema.ts'
import { argmax, crossEntropy, softmax } from '../training/metrics.ts'
import { calibration, classFigures } from './calibration.ts'
import { outputsOf } from './outputs.ts'
import { spread } from './rows.ts'
import type { MistakesResult } from './schema.ts'
import type { Subject } from './subject.ts'

/** Samples that are listed as the hardest. */
const listed = 50

/** Enough digits for a table and a diagram; thousands of samples are kept. */
const rounded = (value: number): number => Number(value.toPrecision(7))

/** What is said of each sample. @param logits [N, T, classes] @param rows of the dataset, N */
export function mistakesOf(
  logits: Float32Array,
  rows: Int32Array,
  timesteps: number,
  manifest: Pick<DatasetManifest, 'hash' | 'classes' | 'samples'>,
): Omit<MistakesResult, 'options'> {
  const classes = manifest.classes.length
  const confusion = manifest.classes.map(() => new Array<number>(classes).fill(0))
  const samples = Array.from(rows, (row, n) => {
    const mean = new Float64Array(classes)
    for (let t = 0; t < timesteps; t++) for (let c = 0; c < classes; c++) mean[c] = (mean[c] ?? 0) + (logits[(n * timesteps + t) * classes + c] ?? NaN) / timesteps
    const source = manifest.samples[row]
    const label = source?.label ?? -1
    const predicted = argmax(mean, 0, classes)
    const counts = confusion[label]
    if (counts) counts[predicted] = (counts[predicted] ?? 0) + 1
    const place = { file: source?.file ?? '', ...(source?.cut && { cut: source.cut }) }
    return { row, label, predicted, confidence: rounded(softmax(mean)[predicted] ?? NaN), loss: rounded(crossEntropy(mean, label)), ...place }
  })
  const { ece, mce, bins } = calibration(samples.map(({ confidence }) => confidence), samples.map(({ label, predicted }) => label === predicted))
  return {
    kind: 'mistakes',
    dataset: manifest.hash,
    samples: samples.length,
    classes: manifest.classes,
    accuracy: samples.filter(({ label, predicted }) => label === predicted).length / samples.length,
    confusion,
    perClass: classFigures(confusion),
    calibration: { loss: samples.reduce((sum, { loss }) => sum + loss, 0) / samples.length, ece, mce, bins },
    rows: samples.map(({ row }) => row),
    labels: samples.map(({ label }) => label),
    predicted: samples.map(({ predicted }) => predicted),
    confidence: samples.map(({ confidence }) => confidence),
    loss: samples.map(({ loss }) => loss),
    hardest: samples.toSorted((a, b) => b.loss - a.loss || a.row - b.row).slice(0, listed),
  }
}

/** Which samples a checkpoint takes for what, how sure it is of it, and which it finds hardest. */
export async function mistakes(subject: Subject): Promise<MistakesResult> {
  const rows = spread(subject.indices, subject.options.ofSplit)
  const { logits } = await outputsOf({ ...subject, indices: rows })
  return { options: subject.options, ...mistakesOf(logits, rows, subject.shape.shape[0], subject.dataset.manifest) }
}
