import type { Fault, Problems } from '../problems.ts'
import type { Sensor } from './prophesee-raw.ts'

/** Coordinates have 11 bits. */
const LARGEST = 2048

/**
 * The sensor that a RAW header states: options of its format ("EVT3;height=720;width=1280"), or "geometry 1280x720".
 * Where the two differ, which OpenEB refuses, the larger of each side: nothing is lost.
 */
export function geometryOf(fields: ReadonlyMap<string, string>, problems: Problems): Sensor | undefined {
  const format = fields.get('format') ?? ''
  const options = sensor(option(format, 'width'), option(format, 'height'), format, problems)
  const text = fields.get('geometry')
  if (text === undefined) return options
  const [, width, height] = /^\s*(\d+)\s*x\s*(\d+)\s*$/.exec(text) ?? []
  const geometry = sensor(width ?? '', height ?? '', text, problems)
  if (!options || !geometry) return options ?? geometry
  if (options.width === geometry.width && options.height === geometry.height) return options
  problems.add(contradiction(options, geometry), 0)
  return { width: Math.max(options.width, geometry.width), height: Math.max(options.height, geometry.height) }
}

function option(format: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=([^;]*)`).exec(format)?.[1]
}

function sensor(width: string | undefined, height: string | undefined, text: string, problems: Problems): Sensor | undefined {
  if (width === undefined && height === undefined) return undefined
  const found = { width: Number(width), height: Number(height) }
  if ([found.width, found.height].every((side) => Number.isInteger(side) && side >= 1 && side <= LARGEST)) return found
  problems.add(badGeometry(text), 0)
  return undefined
}

function badGeometry(text: string): Fault {
  return {
    key: 'bad-geometry',
    severity: 'warning',
    message: () => `The header's sensor size "${text.slice(0, 60)}" makes no sense: the size was taken from elsewhere`,
    advice: `Write it as "% geometry 1280x720", with sides from 1 to ${LARGEST}.`,
  }
}

function contradiction(options: Sensor, geometry: Sensor): Fault {
  return {
    key: 'contradicting-geometry',
    severity: 'warning',
    message: () =>
      `The header gives two sensor sizes, ${options.width}x${options.height} (format) and ${geometry.width}x${geometry.height} (geometry): ` +
      'the larger was taken',
    advice: 'Other tools refuse such a file: correct its header.',
  }
}
