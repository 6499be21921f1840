import { z } from 'zod'

const share = z.number().nullable()

/** What a network says of one sample of its dataset. */
export const hardSampleSchema = z.object({
  /** Row of the dataset. */
  row: z.number(),
  label: z.number(),
  predicted: z.number(),
  confidence: z.number(),
  loss: z.number(),
  /** The recording or picture it was made from, relative to the dataset's source folder, and the stretch of it: start <= t < end, µs as stored. */
  file: z.string(),
  cut: z.tuple([z.number(), z.number()]).optional(),
})
export type HardSample = z.infer<typeof hardSampleSchema>

/** One class: of what was called so, how much is; of what is, how much was called so. Null where there is none. */
export const classFiguresSchema = z.object({ support: z.number(), precision: share, recall: share, f1: share })
export type ClassFigures = z.infer<typeof classFiguresSchema>

/** Samples whose confidence is in (from, to]; accuracy and mean confidence are null where there are none. */
export const reliabilityBinSchema = z.object({ from: z.number(), to: z.number(), samples: z.number(), confidence: share, accuracy: share })
export type ReliabilityBin = z.infer<typeof reliabilityBinSchema>

/** What a network takes for what. Predictions and confidences are those of softmax of the mean logits over time. */
export const mistakesNumbersSchema = z.object({
  kind: z.literal('mistakes'),
  /** Hash of the dataset: rows of two results are the same samples where it is the same. */
  dataset: z.string(),
  samples: z.number(),
  classes: z.array(z.string()),
  accuracy: z.number(),
  /** [class][predicted] counts. */
  confusion: z.array(z.array(z.number())),
  perClass: z.array(classFiguresSchema),
  /** Mean cross-entropy; expected and largest calibration error (Guo et al. 2017, bins of equal width). */
  calibration: z.object({ loss: z.number(), ece: z.number(), mce: z.number(), bins: z.array(reliabilityBinSchema) }),
  /** Every sample: its row in the dataset, class, prediction, confidence of the prediction and loss. */
  rows: z.array(z.number()),
  labels: z.array(z.number()),
  predicted: z.array(z.number()),
  confidence: z.array(z.number()),
  loss: z.array(z.number()),
  /** Those with the largest loss, largest first. */
  hardest: z.array(hardSampleSchema),
})
