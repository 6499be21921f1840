import type { Activity } from '../../../../preload/contract/index.ts'

type Layer = Pick<Activity, 'shape' | 'spikes'>

/** Whether the neuron fires at t. @param neuron index in [C, H, W] */
export function fires({ shape: [, channels, high, wide], spikes }: Layer, t: number, neuron: number): boolean {
  const bit = t * channels * high * wide + neuron
  return ((spikes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

/** A range of neurons drawn as rows of about equal size. */
export interface Raster {
  readonly rows: number
  readonly timesteps: number
  /** First neuron of the range, and how many it has. */
  readonly first: number
  readonly neurons: number
  /** [rows, T]: share of the row's neurons that fire. */
  readonly cells: Float32Array
}

/** The neurons of a row: from (inclusive) and to (exclusive), as indices in [C, H, W]. */
export function neuronsOf({ rows, first, neurons }: Pick<Raster, 'rows' | 'first' | 'neurons'>, row: number): readonly [number, number] {
  return [first + Math.floor((row * neurons) / rows), first + Math.floor(((row + 1) * neurons) / rows)]
}

/** @param most rows there is room for @param channel only its neurons; null: all */
export function rasterOf(layer: Layer, most: number, channel: number | null): Raster {
  const [timesteps, channels, high, wide] = layer.shape
  const area = high * wide
  const neurons = channel === null ? channels * area : area
  const rows = Math.max(1, Math.min(neurons, most))
  const range = { rows, timesteps, neurons, first: (channel ?? 0) * area }
  const cells = new Float32Array(rows * timesteps)
  for (let row = 0; row < rows; row++) {
    const [from, to] = neuronsOf(range, row)
    for (let t = 0; t < timesteps; t++) {
      let fired = 0
      for (let neuron = from; neuron < to; neuron++) if (fires(layer, t, neuron)) fired++
      cells[row * timesteps + t] = fired / (to - from)
    }
  }
  return { ...range, cells }
}

/** Spikes [C, H, W] of one timestep, 0 or 1. */
export function mapsAt(layer: Layer, t: number): Float32Array {
  const [, channels, high, wide] = layer.shape
  return Float32Array.from({ length: channels * high * wide }, (_, neuron) => Number(fires(layer, t, neuron)))
}

/** Where a neuron is, in words. */
export function placeOf([, , high, wide]: Activity['shape'], neuron: number): string {
  const area = high * wide
  const channel = Math.floor(neuron / area)
  if (area === 1) return `neuron ${channel + 1}`
  const pixel = neuron % area
  return `channel ${channel + 1}, row ${Math.floor(pixel / wide) + 1}, column ${(pixel % wide) + 1}`
}

/** Columns of a mosaic of `count` tiles of [high, wide] that is about as wide as `aspect` times its height. */
export function mosaicColumns(count: number, high: number, wide: number, aspect: number): number {
  return Math.max(1, Math.min(count, Math.round(Math.sqrt((count * high * aspect) / wide))))
}
