import { closeSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import { csvLayout } from './formats/arrays/csv-layout.ts'
import { textReadingOf, type TextReading } from './text-reading.ts'

/** Bytes looked at: about a hundred lines. */
const HEAD = 4096
const endings = new Set(['.csv', '.txt', '.tsv'])
/** Labels of samples or of stretches of a recording, whatever their numbers look like. */
const labels = /(^|_)labels?\.(csv|txt|tsv)$/i

/** Whether a file of this name may be a recording that is a text. */
export const mayBeEventText = (name: string): boolean => endings.has(extname(name).toLowerCase()) && !labels.test(name)

/**
 * Whether the first lines of a file are events, and not notes, labels or a list of classes; false where it can't be read.
 * @param reading how it is read; by default as this thread is told
 */
export function isEventText(path: string, reading: TextReading | null = textReadingOf(path)): boolean {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return false
  }
  try {
    const bytes = new Uint8Array(HEAD)
    const length = readSync(file, bytes, 0, HEAD, 0)
    return csvLayout(bytes.subarray(0, length), reading ?? {}) !== null
  } catch {
    return false
  } finally {
    closeSync(file)
  }
}
