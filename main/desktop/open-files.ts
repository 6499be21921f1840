import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { formats } from '../events/formats/index.ts'

/** What the command line says: a library, and files to open, as the system's file manager passes them. */
export interface Arguments {
  readonly library: string | null
  readonly files: readonly string[]
}

const recordings = new Set(formats.flatMap(({ extensions }) => [...extensions]))

/** Whether a file can be opened by its name's ending. */
export const opens = (path: string): boolean => recordings.has(extname(path).toLowerCase()) || extname(path).toLowerCase() === '.onnx'

/**
 * @param args without the program's own name; what is meant for Chromium (--name=value) is passed over
 * @param folder that relative paths count from
 */
export function readArguments(args: readonly string[], folder: string): Arguments {
  const { values, positionals } = parseArgs({ args: [...args], options: { library: { type: 'string' } }, strict: false, allowPositionals: true })
  const files = positionals.filter(opens).map((path) => (isAbsolute(path) ? path : resolve(folder, path)))
  return { library: typeof values.library === 'string' ? values.library : null, files }
}

/** The place in the window (renderer/app/route.ts) that shows a file: a recording on the stage, a model by its id where it is the library's, else by its path. */
export function placeOfFile(path: string, library: string): string {
  if (extname(path).toLowerCase() !== '.onnx') return `#/recordings/${encodeURIComponent(path)}`
  const [id, ...rest] = relative(join(library, 'models'), path).split(sep)
  return id !== undefined && id !== '..' && rest.length > 0 ? `#/models/id/${encodeURIComponent(id)}` : `#/models/id/${encodeURIComponent(path)}`
}

export const placeOfFolder = (path: string): string => `#/datasets/import/${encodeURIComponent(path)}`

/** Where what a job makes can be seen; the window shows the list where it is not there yet. */
export function placeOfJob({ kind, subject }: { readonly kind: string; readonly subject: string | null }): string {
  const id = subject === null ? null : encodeURIComponent(subject)
  if (kind === 'import') return id === null ? '#/datasets' : `#/datasets/id/${id}`
  if (kind === 'export') return '#/models'
  if (kind === 'live') return id === null ? '#/models' : `#/models/live/${id}`
  if (kind === 'convert' || kind === 'survey') return '#/library'
  if (kind === 'experiment') return id === null ? '#/training' : `#/training/experiment/${id}`
  return id === null || kind === 'starter' || kind === 'install' ? '#/training' : `#/training/run/${id}`
}
