import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, type ModelProto, type ValueInfoProto } from 'onnx-buf'
import { foreignMetadata, type RunnableMetadata } from './foreign/metadata.ts'
import { foreignPorts } from './foreign/ports.ts'
import { type ForeignReading, foreignReadingSchema, type ModelFileFacts } from './foreign/schema.ts'
import { decodeMetadata, hasMetadata, type ModelMetadata } from './metadata.ts'
import { overflowing } from './onnx-extent.ts'
import { unsafe } from './onnx-safety.ts'

/** A file that is no model of Saccade's. The message names the file, says what it is and what to do. */
export class ModelFileError extends Error {
  readonly path: string
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options)
    this.name = 'ModelFileError'
    this.path = path
  }
}

export interface ModelFile {
  readonly path: string
  readonly onnx: Uint8Array
  readonly metadata: RunnableMetadata
  /** metadata_props as they stand in the file. */
  readonly properties: Readonly<Record<string, string>>
}

/** [T, C, H, W] behind the free N of a port, with -1 for other free dimensions. */
function dimensions(port: ValueInfoProto | undefined): number[] {
  const type = port?.type?.value
  if (type?.case !== 'tensorType') return []
  return (type.value.shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : -1))
}

function parse(path: string, bytes: Uint8Array): ModelProto {
  try {
    const model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
    if (model.irVersion > 0n && model.graph !== undefined) return model
  } catch (error) {
    // An ONNX file begins with field 1, its IR version; what begins so and then breaks off is a damaged one.
    if (bytes[0] === 0x08)
      throw new ModelFileError(path, 'an ONNX model that is cut short or damaged. Copy or export it again', { cause: error })
    throw new ModelFileError(path, 'not an ONNX model. Choose a .onnx file that Saccade exported', { cause: error })
  }
  throw new ModelFileError(
    path,
    bytes[0] === 0x08
      ? 'an ONNX model without a graph: cut short or damaged. Copy or export it again'
      : 'not an ONNX model. Choose a .onnx file that Saccade exported',
  )
}

/** Of protobuf. */
const largestFile = 2 ** 31 - 1

/** Lies beside an imported classifier of another origin: what the user said of it. */
export const readingFile = 'reading.json'

/** What the user said of the file when it was imported; undefined where there is nothing of that kind beside it. */
function readingBeside(path: string): ForeignReading | undefined {
  let text: string
  try {
    text = readFileSync(join(dirname(path), readingFile), 'utf8')
  } catch {
    return undefined
  }
  try {
    return foreignReadingSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new ModelFileError(join(dirname(path), readingFile), 'damaged. Import the model again', { cause: error })
  }
}

/** An ONNX model that nothing speaks against. @throws ModelFileError */
export function readOnnx(path: string): { readonly onnx: Uint8Array; readonly model: ModelProto } {
  let onnx: Uint8Array
  try {
    const file = statSync(path)
    if (!file.isFile()) throw new Error('not a file')
    if (file.size > largestFile) throw new Error(`${file.size} bytes; a protobuf file has at most ${largestFile}`)
    onnx = readFileSync(path)
  } catch (error) {
    throw new ModelFileError(
      path,
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : `can't be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
  if (onnx.length === 0) throw new ModelFileError(path, 'the file is empty')
  const overflow = overflowing(onnx, ModelProtoSchema)
  if (overflow !== null) throw new ModelFileError(path, `not opened: ${overflow}`)
  const model = parse(path, onnx)
  const danger = unsafe(model)
  if (danger !== null) throw new ModelFileError(path, `not opened: ${danger}`)
  return { onnx, model }
}

const propertiesOf = ({ metadataProps }: ModelProto): Record<string, string> => Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))
const producerOf = ({ producerName }: ModelProto): string => (producerName === '' ? 'another program' : producerName)

/** What a file is, before it is imported. @throws ModelFileError also where it is a model of another origin that doesn't fit */
export function lookAtModelFile(path: string): ModelFileFacts {
  const { onnx, model } = readOnnx(path)
  if (hasMetadata(propertiesOf(model))) {
    const { metadata: { name, format = 'window', labels, shape } } = readModelFile(path)
    return { origin: 'saccade', name, format, classes: labels, shape, hash: createHash('sha256').update(onnx).digest('hex') }
  }
  return { origin: 'foreign', producer: producerOf(model), ports: told(path, () => foreignPorts(model)) }
}

function told<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new ModelFileError(path, `an ONNX model of another origin, but ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/**
 * Reads a model that Saccade exported, and checks that its ports are what its metadata says; or a classifier of another origin by
 * what was said of it.
 * @param reading of a classifier of another origin; where missing, what was said when it was imported
 * @throws ModelFileError where the file is missing, no ONNX, damaged, or of another origin and nothing was said of it
 */
export function readModelFile(path: string, reading?: ForeignReading): ModelFile {
  const { onnx, model } = readOnnx(path)
  const properties = propertiesOf(model)
  if (!hasMetadata(properties)) {
    const said = reading ?? readingBeside(path)
    if (said === undefined)
      throw new ModelFileError(
        path,
        `an ONNX model, but without Saccade's metadata (labels, framing rule): written by ${producerOf(model)}, or cut short. ` +
          'Import it and state its framing (models import), then it can be run on recordings',
      )
    const metadata = told(path, () => foreignMetadata(basename(path, extname(path)), foreignPorts(model), said))
    return { path, onnx, metadata, properties }
  }
  const fail = (message: string): never => {
    throw new ModelFileError(path, `a model exported by Saccade, but ${message}. Export it again`)
  }
  let metadata: ModelMetadata
  try {
    metadata = decodeMetadata(properties)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
  for (const { kind, name, sizes } of expected(metadata)) {
    const ports = kind === 'input' ? model.graph?.input : model.graph?.output
    const found = dimensions((ports ?? []).find((candidate) => candidate.name === name)).slice(1)
    if (found.join() !== sizes.join()) fail(`its ${kind} "${name}" is not [N${sizes.map((size) => `, ${size}`).join('')}] as its metadata says`)
  }
  return { path, onnx, metadata, properties }
}

interface ExpectedPort {
  readonly kind: 'input' | 'output'
  readonly name: string
  /** Behind the batch. */
  readonly sizes: readonly number[]
}

/** What a model's ports must be for its metadata to be true. */
function expected({ shape, labels, format, input, states }: ModelMetadata): ExpectedPort[] {
  const [timesteps, ...frame] = shape
  const logits: ExpectedPort = { kind: 'output', name: 'logits', sizes: [labels.length] }
  if (format === 'step') {
    const carried = (states ?? []).flatMap((state): ExpectedPort[] => [
      { kind: 'input', name: state.input, sizes: state.shape },
      { kind: 'output', name: state.output, sizes: state.shape },
    ])
    return [{ kind: 'input', name: 'frame', sizes: frame }, logits, ...carried]
  }
  const fed: ExpectedPort = input === 'image' ? { kind: 'input', name: 'image', sizes: frame } : { kind: 'input', name: 'frames', sizes: shape }
  return [fed, logits, { kind: 'output', name: 'logits_per_timestep', sizes: [timesteps, labels.length] }]
}
