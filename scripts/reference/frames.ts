import { basename } from 'node:path'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { readSafetensors, type SafetensorsFile } from '../../main/training/safetensors.ts'
import { floats } from './case.ts'
import type { Finding } from './check.ts'

function column(file: SafetensorsFile, name: string): number[] {
  const tensor = file.tensors.get(`events/${name}`)
  if (!tensor) throw new Error(`the case has no column events/${name}`)
  return Array.from(tensor.data, Number)
}

function difference(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Infinity
  return ours.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (theirs[i] ?? NaN))), 0)
}

/** Counts must be equal, resized frames within 1e-5, for both ways to split. */
export function checkFrames(path: string): Finding[] {
  const file = readSafetensors(path)
  const sensor = [Number(file.metadata['height']), Number(file.metadata['width'])] as const
  const t = Float64Array.from(column(file, 't'))
  const events = { length: t.length, t, x: Uint16Array.from(column(file, 'x')), y: Uint16Array.from(column(file, 'y')), p: Uint8Array.from(column(file, 'p')) }
  const splits = [['number', 'count'], ['time', 'time']] as const
  return splits.flatMap(([theirs, splitBy]) => {
    const frames = (resize: [number, number] | null) => eventsToFrames(events, sensor, { timesteps: Number(file.metadata['frames']), splitBy, normalize: 'none', resize }).data
    return [
      { case: basename(path, '.safetensors'), quantity: `counts, split by ${splitBy}`, error: difference(frames(null), floats(file, `${theirs}/frames`)), tolerance: 0 },
      { case: basename(path, '.safetensors'), quantity: `resized to 48x48, split by ${splitBy}`, error: difference(frames([48, 48]), floats(file, `${theirs}/resized48`)), tolerance: 1e-5 },
    ]
  })
}
