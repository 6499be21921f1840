import { outsideSensor, type Problems } from '../../problems.ts'
import type { ByteSource } from '../../recording.ts'
import { tableOf, type ArrayTable, type StoredArray } from '../arrays/array-table.ts'
import { roles } from '../arrays/columns-guess.ts'
import { reader } from '../arrays/npy-header.ts'
import type { RowColumns, RowReader, Table } from '../arrays/table-pass.ts'
import { DatasetStream, gridOf, type Grid } from './dataset-stream.ts'
import type { Dataset } from './datasets.ts'
import type { Candidate } from './layout.ts'
import { LostRows } from './lost-rows.ts'
import type { MountedSource } from './mounted.ts'

/** Deflate makes at most so many bytes of one. */
const DENSEST = 1032

/** The events of a file as a table; readings tell of the rows they lost. */
export interface Hdf5Table {
  readonly arrays: ArrayTable
  /** Rows that the file's size can hold; damaged headers tell of any number. */
  readonly rows: number
  /** @param sensor events outside are dropped, where given; @param addedTime in the units of the time column */
  reading(problems: Problems, addedTime: number, sensor: readonly [number, number] | null): Table
}

/** @throws ArrayError where the datasets hold no events */
export function hdf5Table(mounted: MountedSource, candidate: Candidate): Hdf5Table {
  // The streams of a reading are made within `rowsFrom`: they report to the reading that makes them.
  const current = { lost: new LostRows() }
  const grids = candidate.datasets.flatMap((dataset) => gridOf(dataset) ?? [])
  const arrays = tableOf(grids.map((grid) => storedArray(mounted, grid, () => current.lost)))
  const rows = Math.min(arrays.rows, ...grids.map((grid) => mostUnits(grid, mounted.source)))
  return {
    arrays,
    rows,
    reading: (problems, addedTime, sensor) => ({
      rows,
      scale: arrays.scale,
      seekable: true,
      tellsLost: true,
      rowsFrom(row) {
        const lost = new LostRows()
        current.lost = lost
        return new CheckedRows(arrays.rowsFrom(row), row, lost, problems, addedTime, sensor)
      },
    }),
  }
}

function storedArray(mounted: MountedSource, grid: Grid, lost: () => LostRows): StoredArray {
  const { path, type, itemSize, shape } = grid.dataset
  return { name: path, header: { type, itemSize, shape, fortran: false, start: 0 }, seekable: true, open: (skip) => new DatasetStream(mounted, grid, lost(), skip) }
}

function mostUnits({ dataset, unitBytes }: Grid, source: ByteSource): number {
  const densest = dataset.filters.length > 0 ? DENSEST : 1
  return Math.floor((source.size * densest) / Math.max(1, unitBytes))
}

/** Rows of datasets without those that could not be read; they come as rows of no number. */
class CheckedRows implements RowReader {
  readonly #rows: RowReader
  readonly #lost: LostRows
  readonly #problems: Problems
  readonly #addedTime: number
  readonly #sensor: readonly [number, number] | null
  #row: number

  constructor(rows: RowReader, row: number, lost: LostRows, problems: Problems, addedTime: number, sensor: readonly [number, number] | null) {
    this.#rows = rows
    this.#row = row
    this.#lost = lost
    this.#problems = problems
    this.#addedTime = addedTime
    this.#sensor = sensor
  }

  next(count: number, into: RowColumns): number {
    const read = this.#rows.next(count, into)
    const row = this.#row
    if (this.#sensor) this.#dropOutside(read, into, this.#sensor)
    if (this.#addedTime !== 0) for (let i = 0; i < read; i++) into.t[i] = into.t[i]! + this.#addedTime
    this.#lost.take(row, row + read, this.#problems, (from, to) => {
      for (const role of roles) into[role].fill(NaN, from - row, to - row)
    })
    this.#row = row + read
    return read
  }

  #dropOutside(read: number, { t, x, y, p }: RowColumns, [width, height]: readonly [number, number]): void {
    let outside = 0
    for (let i = 0; i < read; i++) {
      if (x[i]! < width && y[i]! < height) continue
      outside++
      t[i] = x[i] = y[i] = p[i] = NaN
    }
    if (outside > 0) this.#problems.add(outsideSensor(width, height), undefined, outside)
  }
}

/** Number of a dataset that holds only one; null where it can't be read. */
export function numberIn(mounted: MountedSource, dataset: Dataset): number | null {
  const { type, path, itemSize } = dataset
  if (!('kind' in type) || itemSize > 8) return null
  const { module } = mounted.library
  const pointer = module._malloc(8)
  try {
    const { result, reads } = mounted.call((file) => {
      try {
        return module.get_dataset_data(file, `/${path}`, null, null, null, BigInt(pointer))
      } catch {
        return -1
      }
    })
    if (result < 0 || reads.beyond) return null
    const { buffer } = module.HEAPU8.slice(pointer, pointer + 8)
    return reader(type)(new DataView(buffer), 0)
  } finally {
    module._free(pointer)
  }
}
