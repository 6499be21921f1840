import type { EpochMetrics } from './schema.ts'

type Figures = Partial<Pick<EpochMetrics, 'testLoss' | 'testAccuracy' | 'validationLoss' | 'validationAccuracy'>>

/** What was measured after an epoch, and on which split: validation where the run keeps one apart, else test. */
export function measured(epoch: Figures): { readonly split: 'validation' | 'test'; readonly loss: number; readonly accuracy: number } {
  const { testLoss = NaN, testAccuracy = NaN, validationLoss, validationAccuracy } = epoch
  if (validationLoss === undefined || validationAccuracy === undefined) return { split: 'test', loss: testLoss, accuracy: testAccuracy }
  return { split: 'validation', loss: validationLoss, accuracy: validationAccuracy }
}
