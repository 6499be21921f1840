import type { Dataset } from '../datasets/dataset.ts'
import { stratifiedSplit } from '../datasets/split.ts'
import type { TrainingConfig } from './schema.ts'

/** Share of the training samples that is kept apart for validation unless the run says otherwise. */
export const usualValidationShare = 0.1

/** What to do where every class has one training sample. */
export const tooFewToValidate = (dataset: string): string =>
  `Dataset "${dataset}" has too few training samples to keep some for validation: every class has only one. ` +
  'Import more, or train with the protocol "as in the papers" (the best epoch by test accuracy).'

/** Rows of a dataset as a run uses them. */
export interface Splits {
  /** Trained on. */
  readonly train: Int32Array
  /** Chooses the best epoch; empty where the test split does. */
  readonly validation: Int32Array
  readonly test: Int32Array
  /** The split that is measured after every epoch and chooses the best one. */
  readonly measured: 'validation' | 'test'
}

/**
 * The splits of a run. fair: a part of every class's training samples is kept apart, chooses the best epoch, and the test split is
 * scored once, at the end. papers: as TRT, TET and their code do it, all training samples are trained on and the best epoch is the
 * one with the best test accuracy, which makes that accuracy look better than it is. The part depends on the dataset alone, not on
 * the run's seed: runs of other seeds are measured on the same samples.
 * @throws where no class has two training samples
 */
export function splitsOf(config: Pick<TrainingConfig, 'protocol' | 'validationShare'>, dataset: Pick<Dataset, 'manifest' | 'train' | 'test' | 'labels'>): Splits {
  const { manifest, train, test, labels } = dataset
  if (config.protocol !== 'fair') return { train, validation: new Int32Array(), test, measured: 'test' }
  const own = Array.from(train, (row) => labels[row] ?? -1)
  const kept = stratifiedSplit(own, manifest.classes.length, config.validationShare ?? usualValidationShare, manifest.seed)
  const part = (which: 'train' | 'test'): Int32Array => train.filter((_, i) => kept[i] === which)
  const validation = part('test')
  if (validation.length === 0)
    throw new Error(tooFewToValidate(manifest.name))
  return { train: part('train'), validation, test, measured: 'validation' }
}
