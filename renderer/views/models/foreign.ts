import type { ForeignPorts, ForeignReadingInput, Framing } from '../../../preload/contract/index.ts'
import { defaultFraming } from '../../widgets/FramingControls.tsx'

/** What the form holds of a classifier of another origin; numbers of pictures as they are typed. */
export interface ForeignDraft {
  readonly name: string
  readonly feeds: 'recordings' | 'pictures'
  readonly framing: Framing
  readonly mean: string
  readonly std: string
  /** One name a line, or separated by commas; empty: "class 0", ... */
  readonly labels: string
}

/** Ports in words: "[N, 2, 48, 48]". */
export const shapeWords = (shape: readonly (number | null)[]): string => `[${shape.map((dim, i) => dim ?? (i === 0 ? 'N' : '?')).join(', ')}]`

/** What can be told of a classifier from its ports: T and size where they are fixed, pictures where it has not two channels. */
export function firstDraft(name: string, { inputShape, layout }: Pick<ForeignPorts, 'inputShape' | 'layout'>): ForeignDraft {
  const [high, wide] = inputShape.slice(-2)
  const channels = inputShape.at(-3)
  const timesteps = layout === 'NTCHW' ? (inputShape[1] ?? defaultFraming.timesteps) : defaultFraming.timesteps
  const pictures = channels === 1 || channels === 3
  return {
    name,
    feeds: pictures ? 'pictures' : 'recordings',
    framing: {
      ...defaultFraming,
      timesteps: pictures && layout === 'NCHW' ? 1 : timesteps,
      ...(typeof high === 'number' && typeof wide === 'number' && { resize: [high, wide] }),
    },
    mean: channels === 1 ? '0.5' : '0.485, 0.456, 0.406',
    std: channels === 1 ? '0.5' : '0.229, 0.224, 0.225',
    labels: '',
  }
}

const numbers = (text: string): number[] => text.split(/[,\s]+/).filter((part) => part !== '').map(Number)

/** The form's answer, or what is missing in it. */
export function readingOf({ feeds, framing, mean, std, labels }: ForeignDraft): ForeignReadingInput | string {
  const names = labels.split(/[,\n]/).map((label) => label.trim()).filter((label) => label !== '')
  const reading: ForeignReadingInput = { framing, filters: [], ...(names.length > 0 && { labels: names }) }
  if (feeds === 'recordings') return reading
  const [means, deviations] = [numbers(mean), numbers(std)]
  if ([...means, ...deviations].some((value) => !Number.isFinite(value))) return 'Mean and standard deviation are numbers, one for each channel.'
  if (deviations.some((value) => value <= 0)) return 'Standard deviations are above 0.'
  return { ...reading, normalization: { mean: means, std: deviations, source: 'stated on import' } }
}
