import { Opened } from '../../opened.ts'
import { Problems } from '../../problems.ts'
import { RecordingError, type ByteSource, type RecordingFormat } from '../../recording.ts'
import type { Extent } from '../extent.ts'
import { guessRoles, roleOf, roles, unitOf, type Role } from './columns-guess.ts'
import { MatError, readMat, type MatValue } from './mat5.ts'
import { TablePass, type RowColumns, type Table } from './table-pass.ts'

/** Larger files are no recordings of this format: variables are read whole. */
const LARGEST = 2 ** 30

type Columns = Readonly<Record<Role, ArrayLike<number>>>

/**
 * MATLAB 5 files: a struct of vectors x, y, p, ts (gorchard's TD), a cell array of them (HOTS: read one after the other),
 * AedatTools' aedat.data.polarity, vectors of these names, or a matrix of four or six columns (copies of CIFAR10-DVS).
 * MATLAB counts pixels from 1: where no coordinate is 0 they are moved to count from 0.
 */
export const mat: RecordingFormat = {
  id: 'mat',
  name: 'MATLAB 5 (.mat)',
  extensions: ['.mat'],
  sniff: (head) => (Buffer.from(head.subarray(0, 19)).toString('latin1') === 'MATLAB 5.0 MAT-file' ? 1 : 0),
  open(source) {
    const { columns, fromOne } = found(source)
    const rows = columns.reduce((sum, { t }) => sum + t.length, 0)
    const first = columns.find(({ t }) => t.length > 0)
    const unit = unitOf(first ? Array.from({ length: Math.min(1000, first.t.length) }, (_, i) => first.t[i] ?? 0) : [0])
    const extent: Extent = { x: -1, y: -1 }
    const table: Table = { rows, scale: unit.scale, seekable: true, rowsFrom: (row) => new Rows(columns, fromOne ? 1 : 0, row) }
    return new Opened({
      format: 'mat',
      formatName: 'MATLAB 5',
      sensor: () => [Math.max(1, extent.x + 1), Math.max(1, extent.y + 1)],
      details: {
        'Time in': unit.unit,
        Pixels: fromOne ? 'counted from 1 in the file, from 0 here' : 'counted from 0',
        ...(columns.length > 1 && { Parts: `${columns.length} recordings, one after the other` }),
      },
      problems: new Problems(),
      begin: (problems, from) => new TablePass(table, problems, extent, source.size, from),
    })
  },
}

function found(source: ByteSource): { columns: Columns[]; fromOne: boolean } {
  if (source.size > LARGEST) throw new RecordingError(source.path, `this MATLAB file has ${source.size} bytes; up to ${LARGEST} can be read. Save it in parts`)
  let values: MatValue[]
  try {
    values = readMat(source.read(0, source.size).slice())
  } catch (error) {
    if (error instanceof MatError) throw new RecordingError(source.path, `this MATLAB file ${error.message}`, error.offset)
    throw error
  }
  const named = roles.map((role) => values.find((value) => value.kind === 'numbers' && roleOf(value.name) === role))
  const columns = named.every((value) => value?.kind === 'numbers') ? [ofVectors(named)] : values.flatMap((value) => eventsIn(value, 0))
  if (columns.length === 0) {
    const names = values.map((value) => `${value.name} (${value.kind === 'numbers' ? value.shape.join('x') : value.kind === 'other' ? value.what : value.kind})`)
    const taxels = values.some(({ name }) => name === 'spiketrain') ? ' ST-MNIST holds taxels of a tactile sensor, no camera.' : ''
    throw new RecordingError(source.path, `this MATLAB file holds no events: ${names.join(', ') || 'no variables'}.${taxels} Saccade reads structs or vectors named x, y, p, ts`)
  }
  let lowest = Infinity
  for (const { x, y } of columns) for (let i = 0; i < x.length; i++) lowest = Math.min(lowest, x[i]!, y[i]!)
  return { columns, fromOne: lowest >= 1 && lowest !== Infinity }
}

function ofVectors(vectors: readonly (MatValue | undefined)[]): Columns {
  const values = (i: number): ArrayLike<number> => {
    const vector = vectors[i]
    return vector?.kind === 'numbers' ? vector.values : []
  }
  const length = Math.min(...roles.map((_, i) => values(i).length))
  const cut = (i: number): ArrayLike<number> => (values(i).length === length ? values(i) : Array.from(values(i)).slice(0, length))
  return { t: cut(0), x: cut(1), y: cut(2), p: cut(3) }
}

/** The events in a value, or in what it holds. */
function eventsIn(value: MatValue, depth: number): Columns[] {
  if (depth > 4) return []
  switch (value.kind) {
    case 'cell':
      return value.cells.flatMap((cell) => eventsIn(cell, depth + 1))
    case 'struct':
      return value.elements.flatMap((fields) => {
        const vectors = roles.map((role) => [...fields].find(([name, field]) => field.kind === 'numbers' && roleOf(name) === role)?.[1])
        if (vectors.every((vector) => vector !== undefined)) return [ofVectors(vectors)]
        return [...fields.values()].flatMap((field) => eventsIn(field, depth + 1))
      })
    case 'numbers':
      return matrixColumns(value.shape, value.values)
    case 'other':
      return []
  }
}

/** N x 4 by what the columns hold; N x 6 as dat2mat of CIFAR10-DVS writes it: t, _, _, x, y, p. MATLAB stores by columns. */
function matrixColumns([rows = 0, count = 0, ...more]: readonly number[], values: ArrayLike<number>): Columns[] {
  if (more.length > 0 || rows < 2 || (count !== 4 && count !== 6) || values.length < rows * count) return []
  const column = (i: number): number[] => Array.from({ length: rows }, (_, row) => values[i * rows + row] ?? NaN)
  const chosen = count === 6 ? [0, 3, 4, 5] : [0, 1, 2, 3]
  const columns = chosen.map(column)
  const guessed = count === 6 ? roles : guessRoles(columns.map((one) => one.slice(0, 5000)))
  if (!guessed) return []
  const of = (role: Role): number[] => columns[guessed.indexOf(role)] ?? []
  return [{ t: of('t'), x: of('x'), y: of('y'), p: of('p') }]
}

/** Rows of several tables, one after the other. */
class Rows {
  readonly #parts: readonly Columns[]
  readonly #base: number
  #row: number

  constructor(parts: readonly Columns[], base: number, row: number) {
    this.#parts = parts
    this.#base = base
    this.#row = row
  }

  next(count: number, into: RowColumns): number {
    let done = 0
    let start = 0
    for (const { t, x, y, p } of this.#parts) {
      for (; done < count && this.#row < start + t.length; done++, this.#row++) {
        const i = this.#row - start
        into.t[done] = t[i]!
        into.x[done] = x[i]! - this.#base
        into.y[done] = y[i]! - this.#base
        into.p[done] = p[i]!
      }
      start += t.length
    }
    return done
  }
}
