import type { Origin } from './origin.ts'

/** Whether a run has weights: of a finished epoch, or of the file that it was opened from. */
export const hasWeights = ({ epochsDone, origin }: { readonly epochsDone: number; readonly origin?: Origin | undefined }): boolean => epochsDone > 0 || origin !== undefined
