import { Opened } from '../../opened.ts'
import { counted, isOrAre, Problems, type Fault } from '../../problems.ts'
import { RecordingError, type Recording, type RecordingFormat } from '../../recording.ts'
import type { Extent } from '../extent.ts'
import { ArrayError } from '../arrays/array-table.ts'
import { TablePass } from '../arrays/table-pass.ts'
import { codecFault, codecsOf } from './codecs.ts'
import { gridOf } from './dataset-stream.ts'
import { datasetsOf, type Dataset, type Tree } from './datasets.ts'
import { candidatesOf, isScalar, surroundingsOf, type Candidate, type Surroundings } from './layout.ts'
import { hdf5 as library } from './library.ts'
import { MountedSource } from './mounted.ts'
import { findSuperblock, isHdf5 } from './superblock.ts'
import { hdf5Table, numberIn, type Hdf5Table } from './table.ts'

const advice =
  'Saccade reads CD/events (Prophesee), events/x, y, p, t (DSEC), datasets named x, y, t, p (or xs, ys, ts, ps) of one group, records with such fields, and matrices of four columns'

/**
 * Events in HDF5 files: Prophesee's CD/events, DSEC's events/{x, y, p, t} with t_offset, and plain datasets by name. Read by the HDF5 C library (h5wasm), which
 * `loadHdf5` must have loaded before.
 */
export const hdf5: RecordingFormat = {
  id: 'hdf5',
  name: 'HDF5 (.h5, .hdf5)',
  extensions: ['.h5', '.hdf5', '.hdf'],
  sniff: (head, source) => (isHdf5(head) || (isHdf5(head, 512) && findSuperblock(source)) ? 1 : 0),
  open(source) {
    const loaded = library()
    if (!loaded) throw new RecordingError(source.path, 'this is an HDF5 file, and the reader of HDF5 files is not loaded yet: open it again')
    return openMounted(new MountedSource(loaded, source))
  },
}

function openMounted(mounted: MountedSource): Recording {
  const { source } = mounted
  const tree = datasetsOf(mounted)
  const problems = new Problems()
  if (mounted.superblock.end > source.size) problems.add(truncated(mounted.superblock.end - source.size), source.size)
  if (tree.unreadable.length > 0) problems.add(unreadable(tree.unreadable))
  const [found, ...others] = tablesIn(mounted, tree)
  const { candidate, table } = found
  if (table.rows < table.arrays.rows) problems.add(claimed(table.arrays.rows - table.rows))
  const around = surroundingsOf(mounted, candidate, tree.datasets, (dataset) => (isScalar(dataset) ? numberIn(mounted, dataset) : null))
  const offset = around.timeOffset && isScalar(around.timeOffset) ? numberIn(mounted, around.timeOffset) : 0
  if (offset === null) problems.add(noOffset)
  const extent: Extent = { x: -1, y: -1 }
  const [width, height] = around.sensor ?? [1, 1]
  return new Opened({
    format: 'hdf5',
    formatName: around.layout === 'plain' ? 'HDF5' : `HDF5 (${around.layout})`,
    sensor: () => [Math.max(width, extent.x + 1), Math.max(height, extent.y + 1)],
    details: detailsOf(found, around, offset ?? 0, others.map((other) => other.candidate)),
    problems,
    begin: (passProblems, from) => new TablePass(table.reading(passProblems, offset ?? 0, around.sure ? around.sensor : null), passProblems, extent, source.size, from),
  })
}

interface Found {
  readonly candidate: Candidate
  readonly table: Hdf5Table
}

/** The candidates that are events. @throws RecordingError where none is, or the likeliest can't be unpacked */
function tablesIn(mounted: MountedSource, tree: Tree): [Found, ...Found[]] {
  const { path } = mounted.source
  const found: Found[] = []
  const faults: string[] = []
  for (const candidate of candidatesOf(tree.datasets)) {
    const fault = candidate.datasets.map(unreadableFault).find((one) => one !== null)
    if (fault && found.length === 0) throw new RecordingError(path, fault)
    if (fault) continue
    try {
      found.push({ candidate, table: hdf5Table(mounted, candidate) })
    } catch (error) {
      if (!(error instanceof ArrayError)) throw error
      faults.push(`"${candidate.place}" ${error.message}`)
    }
  }
  const [first, ...rest] = found
  if (first) return [first, ...rest]
  const listed = tree.datasets.slice(0, 12).map((dataset) => `${dataset.path} (${dataset.shape.join(', ')})`)
  const holds = faults[0] ?? `it holds ${listed.length === 0 ? 'no datasets that can be read' : listed.join('; ')}${tree.datasets.length > 12 ? '; ...' : ''}`
  const lost = tree.unreadable.length > 0 ? ` ${counted(tree.unreadable.length, 'object')} in it can't be read: it is damaged or cut short, copy it again.` : ''
  throw new RecordingError(path, `no events were found in this HDF5 file: ${holds}.${lost} ${advice}`)
}

function unreadableFault(dataset: Dataset): string | null {
  if (dataset.elsewhere) return `its dataset "${dataset.path}" is a view of other files: choose one of these, or save it again as one file`
  return codecFault(dataset, gridOf(dataset)?.rowChunks ?? true)
}

function detailsOf({ candidate, table }: Found, around: Surroundings, offset: number, others: readonly Candidate[]): Record<string, string> {
  const codecs = [...new Set(candidate.datasets.map(({ filters, chunks }) => codecsOf(filters, chunks)))]
  return {
    Layout: `${around.layout === 'plain' ? 'plain datasets' : around.layout}, events in ${candidate.place}`,
    Columns: table.arrays.understood,
    Compression: codecs.join(' / '),
    'Sensor size': around.sensorFrom,
    ...(offset !== 0 && { 'Time offset': `${offset.toLocaleString('en')} ${table.arrays.unit.unit}, added to every time` }),
    ...(others.length > 0 && { 'Also in the file': others.slice(0, 8).map(({ place }) => place).join(', ') }),
  }
}

const truncated = (bytes: number): Fault => ({
  key: 'truncated',
  severity: 'warning',
  message: () => `The file ends ${counted(bytes, 'byte')} before it should`,
  advice: 'It was cut short: copy it again if the end matters.',
})
const claimed = (rows: number): Fault => ({
  key: 'claimed-rows',
  severity: 'warning',
  message: () => `The file tells of ${counted(rows, 'row')} more than its bytes can hold: they were left out`,
  advice: 'It was cut short or is damaged: copy it again if they matter.',
})
const unreadable = (names: readonly string[]): Fault => ({
  key: 'unreadable-objects',
  severity: 'warning',
  message: () => `${counted(names.length, 'object')} of the file ${isOrAre(names.length)} damaged and can't be read: ${names.slice(0, 5).map(printable).join(', ')}`,
  advice: 'Copy the file again from where it came from.',
})
const printable = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)
const noOffset: Fault = {
  key: 'no-time-offset',
  severity: 'warning',
  message: () => "The time offset beside the events can't be read: times begin where the events' own do",
}
