import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import type { Problem } from '../events/schema.ts'
import { messageOf } from './errors.ts'

/*
 * Recordings that a labels file beside them cuts into samples, as DVS128 Gesture has them: user01_natural.aedat and
 * user01_natural_labels.csv. Source: IBM's README; norse/aedat example_data/ibm; spikingjelly datasets/dvs128_gesture.py.
 */

/** One labelled stretch of a recording: start <= t < end, µs as stored in the recording. */
export interface Cut {
  readonly label: string
  readonly start: number
  readonly end: number
}

const labelsSuffix = '_labels.csv'

/** Path of the labels file beside a recording; null where there is none. */
export function labelsBeside(recording: string): string | null {
  const path = join(dirname(recording), basename(recording, extname(recording)) + labelsSuffix)
  return existsSync(path) ? path : null
}

const units: Record<string, number> = { s: 1e6, sec: 1e6, seconds: 1e6, ms: 1e3, msec: 1e3, us: 1, usec: 1, µs: 1 }

/**
 * Reads `class,startTime_usec,endTime_usec` lines; the header may name the columns in another order and times in s or ms.
 * Lines that say nothing usable become problems; stretches that overlap are kept, and said.
 * @param path as problems name it
 */
export function parseCuts(text: string, path: string): { cuts: Cut[]; problems: Problem[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const fields = (line: string): string[] => line.split(/[,;\t]/).map((field) => field.trim().replace(/^"(.*)"$/, '$1'))
  const columns = headerOf(fields(lines[0] ?? ''))
  const { label, start, end, scale } = columns ?? { label: 0, start: 1, end: 2, scale: 1 }
  const cuts: Cut[] = []
  const problems: Problem[] = []
  let overlaps = 0
  lines.forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#') || (columns && index === 0)) return
    const values = fields(line)
    const [name = '', from, to] = [values[label], time(values[start], scale), time(values[end], scale)]
    if (name === '' || from === undefined || to === undefined || to <= from) {
      const advice = 'Correct the line: class, start and end, with the end behind the start.'
      problems.push({
        severity: 'warning',
        message: `${path}, line ${index + 1}: "${line.trim()}" is no labelled stretch and was left out`,
        advice,
      })
      return
    }
    if (cuts.some((other) => from < other.end && other.start < to)) overlaps++
    cuts.push({ label: name, start: from, end: to })
  })
  if (overlaps > 0) {
    const message = `${path}: ${overlaps} ${overlaps === 1 ? 'stretch overlaps another' : 'stretches overlap others'}: events in both belong to both samples`
    problems.push({ severity: 'info', message })
  }
  return { cuts, problems }
}

function headerOf(names: readonly string[]): { label: number; start: number; end: number; scale: number } | null {
  const find = (pattern: RegExp): number => names.findIndex((name) => pattern.test(name))
  const [label, start, end] = [find(/class|label|gesture|action/i), find(/start|begin|from/i), find(/end|stop|to$/i)]
  if (label < 0 || start < 0 || end < 0) return null
  const unit = /_?(seconds|usec|msec|sec|µs|us|ms|s)$/i.exec(names[start]!.replace(/^(start|begin|from)(time)?/i, ''))?.[1]?.toLowerCase()
  return { label, start, end, scale: units[unit ?? 'us'] ?? 1 }
}

function time(text: string | undefined, scale: number): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  return Number.isFinite(value) ? Math.round(value * scale) : undefined
}

export interface CutFile {
  /** Relative to the folder, with '/'. */
  readonly file: string
  readonly label: number
  readonly split: 'train' | 'test' | null
  readonly cut: readonly [number, number]
}

/**
 * The labelled stretches of these recordings. Class names come from gesture_mapping.csv, the split from trials_to_train.txt and
 * trials_to_test.txt, where they lie in the folder.
 * @param recordings absolute paths; those without a labels file are left out, and a problem says so
 */
export function scanCuts(root: string, recordings: readonly string[], order: (a: string, b: string) => number) {
  const problems: Problem[] = []
  const inside = (path: string): string => relative(root, path).split(sep).join('/')
  const read = (path: string): string | null => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      problems.push({ severity: 'warning', message: `${path}: can't be read: ${messageOf(error)}`, advice: 'Check its permissions.' })
      return null
    }
  }
  const beside = (recording: string, name: string): string | null => {
    for (let folder = dirname(recording); folder.startsWith(root); folder = dirname(folder)) {
      const path = join(folder, name)
      if (existsSync(path)) return path
      if (folder === root) break
    }
    return null
  }
  const lists = new Map<string, ReadonlySet<string>>()
  const listed = (path: string): ReadonlySet<string> => {
    const known = lists.get(path) ?? new Set((read(path) ?? '').split(/\s+/).filter((name) => name !== ''))
    lists.set(path, known)
    return known
  }
  const found: (Omit<CutFile, 'label'> & { name: string; number: string })[] = []
  const unlabelled: string[] = []
  const unlisted: string[] = []
  const mappings = new Map<string, ReadonlyMap<string, string>>()
  for (const recording of recordings) {
    const labels = labelsBeside(recording)
    if (labels === null) {
      unlabelled.push(inside(recording))
      continue
    }
    const [train, test] = [beside(recording, 'trials_to_train.txt'), beside(recording, 'trials_to_test.txt')]
    const split =
      train === null || test === null
        ? null
        : listed(train).has(basename(recording))
          ? 'train'
          : listed(test).has(basename(recording))
            ? 'test'
            : 'none'
    if (split === 'none') {
      unlisted.push(inside(recording))
      continue
    }
    const mappingPath = beside(recording, 'gesture_mapping.csv')
    if (mappingPath !== null && !mappings.has(mappingPath)) mappings.set(mappingPath, parseMapping(read(mappingPath) ?? ''))
    const names = mappingPath === null ? undefined : mappings.get(mappingPath)
    const { cuts, problems: faults } = parseCuts(read(labels) ?? '', labels)
    problems.push(...faults)
    for (const { label, start, end } of cuts)
      found.push({ file: inside(recording), split, cut: [start, end], number: label, name: names?.get(label) ?? label })
  }
  if (unlabelled.length > 0) leftOut(problems, unlabelled, `no ${labelsSuffix} beside`, 'Write one, or move the recordings away.')
  if (unlisted.length > 0)
    leftOut(problems, unlisted, 'no place in trials_to_train.txt or trials_to_test.txt', 'Add the file names to one of the lists.')
  // In the order of the numbers, where there are numbers.
  const numbers = new Map(found.toSorted((a, b) => order(a.number, b.number)).map(({ name, number }) => [name, number]))
  const classes = [...numbers.keys()]
  const files = found.map(({ name, file, split, cut }): CutFile => ({ file, label: classes.indexOf(name), split, cut }))
  const recorded = new Set(files.map(({ file }) => file)).size
  problems.unshift({
    severity: 'info',
    message: `${recorded} recordings are cut into ${files.length} samples by the labels files beside them`,
  })
  return { classes, files, problems }
}

function leftOut(problems: Problem[], files: readonly string[], what: string, advice: string): void {
  problems.push({
    severity: 'warning',
    message: `${files.length} ${files.length === 1 ? 'recording has' : 'recordings have'} ${what} and ${files.length === 1 ? 'is' : 'are'} left out, the first is ${files[0]}`,
    advice,
  })
}

/** gesture_mapping.csv: "action,label" or the other way round; number to name. */
function parseMapping(text: string): Map<string, string> {
  const mapping = new Map<string, string>()
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [a = '', b = ''] = line.split(/[,;\t]/).map((field) => field.trim())
    if (/^\d+$/.test(b) && a !== '') mapping.set(b, a)
    else if (/^\d+$/.test(a) && b !== '') mapping.set(a, b)
  }
  return mapping
}
