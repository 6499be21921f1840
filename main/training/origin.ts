import { z } from 'zod'

/** The file of weights that a run began with (deployment/pytorch/open-weights.ts). */
export const originSchema = z.object({
  /** Its name, without folders. */
  file: z.string(),
  /** SHA-256 of the file; missing of runs of before this was kept. */
  hash: z.string().optional(),
  /** How its tensors were told apart. */
  by: z.string(),
})
export type Origin = z.infer<typeof originSchema>

/** Of runs that were opened before run.json told it: from what their status said, until they are resumed. */
export function originInMessage(message: string | null): Origin | undefined {
  const [, file, by] = /^Weights of (.+), by (.+)\. Resume trains on from them\.$/.exec(message ?? '') ?? []
  return file !== undefined && by !== undefined ? { file, by } : undefined
}
