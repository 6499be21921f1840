import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Problem } from '../events/schema.ts'

export interface LabelledPath {
  /** Relative to the import folder, with '/'. */
  readonly file: string
  readonly label: string
}

const pathHeaders = new Set(['path', 'file', 'filename', 'recording', 'name'])
const labelHeaders = new Set(['label', 'class', 'category'])

/**
 * Reads a labels file: one `path,label` a line (also with ; or tab), an optional header line, # comments, quotes as in RFC 4180.
 * Paths are relative to the import folder. Lines that say nothing usable, and paths that come twice, become problems.
 */
export function parseLabels(text: string, folder: string, labelsPath: string): { files: LabelledPath[]; problems: Problem[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const separator = [',', ';', '\t'].find((candidate) => lines.some((line) => line.includes(candidate))) ?? ','
  const files: LabelledPath[] = []
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  let first = true
  lines.forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return
    const [path = '', label = ''] = splitLine(line, separator).map((field) => field.trim())
    const header = first && pathHeaders.has(path.toLowerCase()) && labelHeaders.has(label.toLowerCase())
    first = false
    if (header) return
    if (path === '' || label === '') {
      problems.push({ severity: 'warning', message: `${labelsPath}, line ${index + 1}: needs a path and a label, separated by "${separator === '\t' ? 'tab' : separator}"`, advice: 'Complete the line or remove it.' })
      return
    }
    const file = relative(folder, isAbsolute(path) ? path : resolve(folder, path)).split(sep).join('/')
    const earlier = seen.get(file)
    if (earlier !== undefined) {
      problems.push({ severity: 'warning', message: `${labelsPath}, line ${index + 1}: ${path} was labelled in line ${earlier} already`, advice: 'The first label counts; remove the other one.' })
      return
    }
    seen.set(file, index + 1)
    files.push({ file, label })
  })
  return { files, problems }
}

function splitLine(line: string, separator: string): string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (quoted) {
      if (character !== '"') field += character
      else if (line[i + 1] === '"') field += line[++i]!
      else quoted = false
    } else if (character === '"' && field.trim() === '') {
      field = ''
      quoted = true
    } else if (character === separator) {
      fields.push(field)
      field = ''
    } else field += character
  }
  return [...fields, field]
}
