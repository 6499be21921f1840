import type { ByteStream } from './byte-streams.ts'
import { guessRoles, roleOf, roles, unitNamed, unitOf, type Role, type TimeUnit } from './columns-guess.ts'
import { reader, type NpyHeader, type Scalar } from './npy-header.ts'
import { rowColumns, ROWS, type RowColumns, type RowReader, type Table } from './table-pass.ts'

/** An array of a file: its header, and its data from any byte of it on. */
export interface StoredArray {
  readonly name: string
  readonly header: NpyHeader
  /** Whether `open` reaches any byte at once. */
  readonly seekable: boolean
  /** @param skip bytes of the data to leave out */
  open(skip: number): ByteStream
}

/** One column: its values lie `stride` bytes apart. */
interface Column {
  readonly role: Role
  /** As the file calls it, which may tell the unit of times. */
  readonly name?: string
  readonly scalar: Scalar
  readonly offset: number
}

/** Columns that are read from one stream of records. */
interface Part {
  readonly array: StoredArray
  readonly stride: number
  /** Byte of the data where the first record starts. */
  readonly base: number
  readonly columns: readonly Column[]
}

/** Arrays that can't be events; the message is the end of a sentence about the file. */
export class ArrayError extends Error {}

export interface ArrayTable extends Table {
  /** The columns as they were understood, for people: "t (s), x, y, p". */
  readonly understood: string
  readonly unit: TimeUnit
}

/**
 * Finds the four columns of events in the arrays of a file: one structured array; a matrix of four columns (or rows); four
 * arrays by name.
 * @throws ArrayError saying what the arrays are instead
 */
export function tableOf(arrays: readonly StoredArray[]): ArrayTable {
  const structured = arrays.find(({ header }) => Array.isArray(header.type) && rolesIn(header.type.map(({ name }) => name)))
  if (structured && Array.isArray(structured.header.type)) {
    const { type, itemSize, shape } = structured.header
    const columns = roles.map((role): Column => {
      const field = type.find(({ name }) => roleOf(name) === role)
      if (!field) throw new ArrayError(`has no field for ${role}`)
      return { role, name: field.name, scalar: field.scalar, offset: field.offset }
    })
    return finished([{ array: structured, stride: itemSize, base: 0, columns }], rowsOf(shape))
  }
  const named = roles.map((role) => arrays.find(({ name, header }) => roleOf(name) === role && !Array.isArray(header.type)))
  if (named.every((array) => array !== undefined)) return separate(named)
  const matrix = arrays.find(({ header }) => !Array.isArray(header.type) && header.shape.length === 2 && header.shape.includes(4))
  if (matrix) return fromMatrix(matrix)
  throw new ArrayError(`holds no events: ${arrays.map(({ name, header }) => `${name} (${header.shape.join(', ')})`).join('; ') || 'no arrays'}`)
}

const rolesIn = (names: readonly string[]): boolean => roles.every((role) => names.some((name) => roleOf(name) === role))
const rowsOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

function separate(arrays: readonly (StoredArray | undefined)[]): ArrayTable {
  const counts = arrays.map((array) => rowsOf(array?.header.shape ?? []))
  if (new Set(counts).size > 1) throw new ArrayError(`has columns of different lengths: ${roles.map((role, i) => `${role} ${counts[i]}`).join(', ')}`)
  const parts = arrays.flatMap((array, i): Part[] => {
    const type = array?.header.type
    return array && type && 'kind' in type ? [{ array, stride: type.size, base: 0, columns: [{ role: roles[i] ?? 't', name: array.name, scalar: type, offset: 0 }] }] : []
  })
  return finished(parts, counts[0] ?? 0)
}

/** [N, 4] or [4, N], in either order of memory; columns are told apart by their first values. */
function fromMatrix(array: StoredArray): ArrayTable {
  const { shape, type, fortran } = array.header
  if (!('kind' in type)) throw new ArrayError('is no plain matrix')
  const [first = 0, second = 0] = shape
  const wide = second === 4
  const rows = wide ? first : second
  // Values of a column lie side by side in a tall matrix by columns, and in a wide one by rows.
  const apart = wide === fortran
  if (apart && !array.seekable) throw new ArrayError('is compressed column by column: save it with numpy.savez, or by rows')
  const place = (i: number): Part =>
    apart ? { array, stride: type.size, base: i * rows * type.size, columns: [{ role: roles[i] ?? 't', scalar: type, offset: 0 }] }
      : { array, stride: 4 * type.size, base: 0, columns: [0, 1, 2, 3].map((k) => ({ role: roles[k] ?? 't', scalar: type, offset: k * type.size })) }
  const parts = apart ? [0, 1, 2, 3].map(place) : [place(0)]
  const sample = rowColumns()
  const count = new PartsReader(parts, 0).next(Math.min(ROWS, rows), sample)
  const found = guessRoles(roles.map((role) => sample[role].subarray(0, count)))
  if (!found && rows > 0) throw new ArrayError('is a matrix of four columns, but which is time, x, y and polarity can\'t be told: save it with named fields')
  const rename = ({ columns, ...part }: Part): Part => ({ ...part, columns: columns.map((column) => ({ ...column, role: found?.[roles.indexOf(column.role)] ?? column.role })) })
  return finished(parts.map(rename), rows)
}

function finished(parts: readonly Part[], rows: number): ArrayTable {
  const sample = rowColumns()
  const count = rows === 0 ? 0 : new PartsReader(parts, 0).next(Math.min(ROWS, rows), sample)
  const time = parts.flatMap(({ columns }) => columns).find(({ role }) => role === 't')
  const told = time?.scalar.kind === 'float' || (sample.t[0] ?? 0) > 1e17 ? unitOf(sample.t.subarray(0, count)) : unitOf([0])
  const unit = unitNamed(time?.name ?? '') ?? told
  const names = parts.flatMap(({ columns }) => columns.map(({ role }) => (role === 't' ? `t (${unit.unit})` : role)))
  return {
    rows,
    unit,
    scale: unit.scale,
    seekable: parts.every(({ array }) => array.seekable),
    understood: names.join(', '),
    rowsFrom: (row) => new PartsReader(parts, row),
  }
}

class PartsReader implements RowReader {
  readonly #parts: readonly { readonly stream: ByteStream; readonly stride: number; readonly columns: readonly { role: Role; offset: number; read: (view: DataView, at: number) => number }[] }[]

  constructor(parts: readonly Part[], row: number) {
    this.#parts = parts.map(({ array, stride, base, columns }) => ({
      stream: array.open(base + row * stride),
      stride,
      columns: columns.map(({ role, scalar, offset }) => ({ role, offset, read: reader(scalar) })),
    }))
  }

  next(count: number, into: RowColumns): number {
    let rows = count
    for (const { stream, stride, columns } of this.#parts) {
      const bytes = stream.read(count * stride)
      rows = Math.min(rows, Math.floor(bytes.length / stride))
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      for (const { role, offset, read } of columns) {
        const column = into[role]
        for (let i = 0, at = offset; i < rows; i++, at += stride) column[i] = read(view, at)
      }
    }
    return rows
  }
}
