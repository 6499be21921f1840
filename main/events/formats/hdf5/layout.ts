import { roleOf, roles } from '../arrays/columns-guess.ts'
import type { Scalar } from '../arrays/npy-header.ts'
import { attributeOf, type Dataset } from './datasets.ts'
import type { MountedSource } from './mounted.ts'

/** Datasets that together may be the events of a file. */
export interface Candidate {
  /** The dataset, or the group they stand in; "/" for the root. */
  readonly place: string
  readonly datasets: readonly Dataset[]
}

const groupOf = (path: string): string => path.split('/').slice(0, -1).join('/')
const isPlain = ({ type }: Dataset): boolean => !Array.isArray(type)

/**
 * Where events may be, the likeliest first: records with a time, x, y and polarity (Prophesee's CD/events); four datasets of
 * one group by name; a matrix of four columns. Groups named after events come before others.
 */
export function candidatesOf(datasets: readonly Dataset[]): Candidate[] {
  const records = datasets.filter(({ type }) => Array.isArray(type) && roles.every((role) => type.some(({ name }: { name: string }) => roleOf(name) === role)))
  const groups = [...new Set(datasets.map(({ path }) => groupOf(path)))].flatMap((group): Candidate[] => {
    const members = datasets.filter((dataset) => isPlain(dataset) && groupOf(dataset.path) === group && dataset.shape.length > 0)
    const columns = roles.map((role) => members.find(({ path }) => roleOf(path) === role))
    return columns.every((column) => column !== undefined) ? [{ place: group === '' ? '/' : group, datasets: columns }] : []
  })
  const matrices = datasets.filter((dataset) => isPlain(dataset) && dataset.shape.length === 2 && dataset.shape.includes(4))
  const single = (dataset: Dataset): Candidate => ({ place: dataset.path, datasets: [dataset] })
  const named = ({ place }: Candidate): number => (/(^|\/)(cd|events?)(\/|$)/i.test(place) ? 0 : 1)
  return [...records.map(single), ...groups, ...matrices.map(single)].sort((a, b) => named(a) - named(b))
}

/** Who wrote events so, which tells what the file does not say. */
export type Layout = 'Prophesee' | 'DSEC' | 'plain'

export interface Surroundings {
  readonly layout: Layout
  /** Dataset with a number that is to be added to every time; DSEC's t_offset. */
  readonly timeOffset: Dataset | null
  /** [width, height]. */
  readonly sensor: readonly [number, number] | null
  readonly sensorFrom: string
  /** The file names its sensor itself: events outside are faults. */
  readonly sure: boolean
}

/** The DVS of DSEC (Gehrig et al. 2021): Prophesee Gen3.1. */
const DSEC_SENSOR = [640, 480] as const

/** What stands around the events: the layout by its marks, the sensor, the time offset. */
export function surroundingsOf(mounted: MountedSource, candidate: Candidate, datasets: readonly Dataset[], scalar: (dataset: Dataset) => number | null): Surroundings {
  const home = candidate.place === '/' ? '' : candidate.place
  const near = [home, groupOf(home), '']
  const beside = (name: string): Dataset | null =>
    near.flatMap((group) => datasets.filter(({ path }) => path === (group === '' ? name : `${group}/${name}`)))[0] ?? null
  const timeOffset = beside('t_offset')
  const dsec = timeOffset !== null || beside('ms_to_idx') !== null
  const layout = /(^|\/)CD\/events$/.test(candidate.place) ? 'Prophesee' : dsec ? 'DSEC' : 'plain'
  const said = sensorSaid(mounted, [...new Set(near.map((group) => `/${group}`))]) ?? sensorBeside(beside, scalar)
  if (said) return { layout, timeOffset, ...said }
  if (layout === 'DSEC') return { layout, timeOffset, sensor: DSEC_SENSOR, sensorFrom: 'not in the file: 640x480 as in DSEC', sure: false }
  return { layout, timeOffset, sensor: null, sensorFrom: 'not in the file: the largest coordinates', sure: false }
}

type Said = Pick<Surroundings, 'sensor' | 'sensorFrom' | 'sure'>

/** Attributes that hold a sensor's size: Metavision's geometry ("1280x720"), width and height, [height, width] of event_utils. */
function sensorSaid(mounted: MountedSource, places: readonly string[]): Said | null {
  for (const place of places) {
    const attribute = (name: string): string | readonly number[] | null => attributeOf(mounted, place, name)
    const geometry = attribute('geometry')
    const [, width, height] = (typeof geometry === 'string' && /^\s*(\d+)\s*x\s*(\d+)/.exec(geometry)) || []
    const found = pixels(Number(width), Number(height))
    if (found) return { sensor: found, sensorFrom: `attribute geometry of ${place}`, sure: true }
    for (const [x, y] of [['width', 'height'], ['sensor_width', 'sensor_height']] as const) {
      const size = pixels(numberOf(attribute(x)), numberOf(attribute(y)))
      if (size) return { sensor: size, sensorFrom: `attributes ${x} and ${y} of ${place}`, sure: true }
    }
    const resolution = attribute('sensor_resolution')
    if (Array.isArray(resolution) && resolution.length === 2) {
      const size = pixels(resolution[1], resolution[0])
      // Some write width first: an event beyond it widens the sensor.
      if (size) return { sensor: size, sensorFrom: `attribute sensor_resolution of ${place}`, sure: false }
    }
  }
  return null
}

/** Datasets width and height beside the events, as RVT writes them. */
function sensorBeside(beside: (name: string) => Dataset | null, scalar: (dataset: Dataset) => number | null): Said | null {
  const [width, height] = [beside('width'), beside('height')]
  const size = width && height ? pixels(scalar(width) ?? NaN, scalar(height) ?? NaN) : null
  return size && { sensor: size, sensorFrom: 'datasets width and height', sure: true }
}

function pixels(width = NaN, height = NaN): readonly [number, number] | null {
  const fits = (size: number): boolean => Number.isInteger(size) && size > 0 && size <= 65536
  return fits(width) && fits(height) ? [width, height] : null
}

function numberOf(value: string | readonly number[] | null): number {
  return typeof value === 'string' ? Number(value) : value?.length === 1 ? (value[0] ?? NaN) : NaN
}

/** A dataset of one plain number. */
export function isScalar(dataset: Dataset): dataset is Dataset & { readonly type: Scalar } {
  return isPlain(dataset) && dataset.shape.reduce((a, b) => a * b, 1) === 1
}
