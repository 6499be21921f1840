import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Cancelled } from './jobs.ts'

/** An error as it is, or where the library has gone meanwhile: that it has, whatever it was that noticed it first. */
export function explainGone(root: string, error: unknown): unknown {
  if (error instanceof Cancelled || existsSync(join(root, 'datasets'))) return error
  const noticed = error instanceof Error ? error.message : String(error)
  return new Error(
    `${root}: the library is gone: was it moved, or its disk removed? What was saved lies where the library is. Bring it back and try again. (${noticed})`,
    { cause: error },
  )
}
