import { confusionPanel } from '../../analysis/figures/mistakes.ts'
import type { Dataset } from '../../datasets/dataset.ts'
import type { Figure } from '../../figures/figure.ts'
import { argmax } from '../../training/metrics.ts'
import type { ModelMetadata } from '../metadata.ts'
import type { ModelRunner } from '../runner.ts'
import type { ExportProof } from '../schema.ts'
import { wilson } from './card.ts'

/** What an exported window answers on the test split. */
export interface TestAnswers {
  readonly samples: number
  /** [T]: share of right answers where the mean is taken of the first t timesteps: what stopping early costs. */
  readonly accuracyByTimestep: readonly number[]
  /** [class][answer], samples, of the mean over all timesteps. */
  readonly confusion: readonly (readonly number[])[]
}

/** Runs the test split once more, for what is seen only over time. */
export async function testAnswers(runner: ModelRunner, dataset: Dataset, batch: number, signal?: AbortSignal): Promise<TestAnswers> {
  const { test, labels, sampleLength, shape: [timesteps] } = dataset
  const classes = dataset.manifest.classes.length
  const right = new Array<number>(timesteps).fill(0)
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let from = 0; from < test.length; from += batch) {
    signal?.throwIfAborted()
    const rows = test.subarray(from, from + batch)
    const frames = new Float32Array(rows.length * sampleLength)
    dataset.readSamples(rows, frames)
    const { perTimestep } = await runner.run(frames, rows.length)
    rows.forEach((row, i) => {
      const sum = new Float64Array(classes)
      for (let t = 0; t < timesteps; t++) {
        for (let c = 0; c < classes; c++) sum[c] = sum[c]! + perTimestep[(i * timesteps + t) * classes + c]!
        if (argmax(sum, 0, classes) === labels[row]) right[t]!++
      }
      confusion[labels[row]!]![argmax(sum, 0, classes)]!++
    })
  }
  return { samples: test.length, accuracyByTimestep: right.map((count) => count / test.length), confusion }
}

/** Figures of the model card: accuracy by timestep, confusion matrix, firing rates. */
export function cardFigures(metadata: ModelMetadata, { samples, accuracyByTimestep, confusion }: TestAnswers, rates: ExportProof['firingRates'] = []): Figure[] {
  const origin = [`${metadata.name}, epoch ${metadata.checkpoint.epoch} (${metadata.checkpoint.chosenBy})`, `${samples} test samples of ${metadata.dataset.name} (${metadata.dataset.hash})`]
  const accuracy: Figure = {
    id: 'accuracy-by-timestep', title: 'Accuracy by timestep', caption: 'Share of right answers by the mean of the logits of the first t timesteps, with 95 % intervals (Wilson).', source: '', origin,
    panels: [{
      kind: 'lines', x: { label: 'timesteps seen', whole: true }, y: { label: 'accuracy', percent: true, range: [0, 1] },
      series: [{ label: 'test split', color: 0, points: true, x: accuracyByTimestep.map((_, t) => t + 1), y: accuracyByTimestep, errors: accuracyByTimestep.map((share) => wilson(share, samples)) }],
    }],
  }
  const matrix: Figure = {
    id: 'confusion', title: 'Confusion matrix', caption: 'Share of each class (row) that is taken for each class (column).', source: '', origin,
    panels: [confusionPanel({ classes: metadata.labels, confusion })],
  }
  const firing: Figure = {
    id: 'firing-rates', title: 'Firing rates', caption: 'Spikes per neuron and timestep on the test split, of the trained network and of window.onnx.', source: '', origin,
    panels: [{
      kind: 'bars', horizontal: true, categories: rates.map(({ layer }) => layer), x: { label: 'layer' }, y: { label: 'firing rate', unit: 'spikes per timestep' },
      series: [{ label: 'trained', color: 0, values: rates.map(({ trained }) => trained) }, { label: 'exported', color: 1, values: rates.map(({ exported }) => exported) }],
    }],
  }
  return [accuracy, matrix, firing]
}
