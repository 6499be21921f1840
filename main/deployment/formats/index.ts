import type { ExportFormat } from '../schema.ts'
import type { Format } from './format.ts'
import { int8Format } from './int8.ts'
import { nirFormat } from './nir.ts'
import { packageFormat } from './package.ts'
import { pytorchFormat } from './pytorch.ts'
import { stepFormat } from './step.ts'
import { windowFormat } from './window.ts'

/** Every kind of file. */
const formats: Readonly<Record<ExportFormat, Format>> = {
  window: windowFormat, step: stepFormat, int8: int8Format, nir: nirFormat, pytorch: pytorchFormat, package: packageFormat,
}

export const formatOf = (format: ExportFormat): Format => formats[format]
