import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset } from '../datasets/dataset.ts'
import { dtypeOf } from '../datasets/frames-on-disk.ts'
import { importCut, type ImportedFile, importFile, type ImportRule } from '../datasets/import-file.ts'
import { messageOf } from '../datasets/errors.ts'

type Source = Pick<Dataset, 'manifest' | 'stored'>

/** Frames of one sample of a dataset of events as importing its recording with another number of timesteps makes them, [timesteps, C, H, W]. */
export type FrameAgain = (row: number, timesteps: number) => ImportedFile['data']
/** The same by a rule of which nothing need be the dataset's. */
export type FrameBy = (row: number, rule: Pick<ImportRule, 'framing' | 'filters'>) => ImportedFile['data']

/**
 * The recordings that a dataset was imported from, to be framed again. Before that it is proved on the first row that they are read
 * as they were then: framed with the dataset's own T they must give the dataset's frames, value by value.
 * @param check called now and then; throws where the caller has given up
 * @returns why not, where the recordings have gone, have changed, or are read otherwise by now
 */
export function recordingsOf(dataset: Source, rows: Int32Array, check: () => void): { readonly frame: FrameAgain; readonly frameBy: FrameBy } | { readonly reason: string } {
  const { manifest } = dataset
  const { source, framing, filters } = manifest
  const pathOf = (row: number): string => join(source, manifest.samples[row]?.file ?? '')
  const missing = rows.find((row) => !existsSync(pathOf(row)))
  if (missing !== undefined) return { reason: `its recordings are not at hand: ${pathOf(missing)} is missing` }
  const frameBy: FrameBy = (row, wanted) => {
    const sample = manifest.samples[row]
    const path = pathOf(row)
    const rule = { ...wanted, dtype: dtypeOf(wanted.framing) }
    const framed = sample?.cut ? importCut(path, sample.cut, rule, check) : importFile(path, rule, check)
    if (framed.hash !== sample?.hash) throw new Error(`${path}: not the recording that was imported (its SHA-256 differs).`)
    return framed.data
  }
  const frame: FrameAgain = (row, timesteps) => frameBy(row, { framing: { ...framing, timesteps }, ...(filters && { filters }) })
  try {
    const [first = 0] = rows
    const again = frame(first, framing.timesteps)
    const known = dataset.stored(first)
    if (again.length !== known.length || again.some((value, i) => value !== known[i])) return { reason: `${pathOf(first)} gives other frames than the dataset has: it is read otherwise by now` }
  } catch (error) {
    check()
    return { reason: messageOf(error) }
  }
  return { frame, frameBy }
}
