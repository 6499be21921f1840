import type { ExportFormat } from '../schema.ts'
import { type Format, UnsuitableError } from './format.ts'
import { int8Format } from './int8.ts'
import { nirFormat } from './nir.ts'
import { pytorchFormat } from './pytorch.ts'
import { stepFormat } from './step.ts'
import { windowFormat } from './window.ts'

/** Every kind of file. */
const formats: Readonly<Partial<Record<ExportFormat, Format>>> = { window: windowFormat, step: stepFormat, int8: int8Format, nir: nirFormat, pytorch: pytorchFormat }

export function formatOf(format: ExportFormat): Format {
  const found = formats[format]
  if (!found) throw new UnsuitableError(`The format "${format}" is not known here.`)
  return found
}
