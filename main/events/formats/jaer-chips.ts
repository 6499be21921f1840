/** Address layouts of jAER's cameras. */
export type Layout = 'dvs128' | 'davis'

export interface Chip {
  /** Suffix of the format's id, e.g. "davis240". */
  readonly id: string
  readonly name: string
  readonly layout: Layout
  readonly width: number
  readonly height: number
}

export const dvs128: Chip = { id: 'dvs128', name: 'DVS128', layout: 'dvs128', width: 128, height: 128 }
const davis = (name: string, width: number, height: number): Chip => ({ id: name.toLowerCase(), name, layout: 'davis', width, height })
/** In order of size: a camera that isn't named is the first that holds its events. */
export const davisChips: readonly Chip[] = [davis('DAVIS240', 240, 180), davis('DAVIS346', 346, 260), davis('DAVIS640', 640, 480)]
const davis128 = davis('DAVIS128', 128, 128)
const davis208 = davis('DAVIS208', 208, 192)

/** Parts of camera names, as in jAER's "# AEChip: eu.seebetter.ini.chips.davis.Davis346red" and cAER's "#Source 1: DAVIS240C". */
const byName: readonly (readonly [RegExp, Chip])[] = [
  [/dvs128|tmpdiff128|edvs/i, dvs128],
  [/davis240|sbret10|sbret20/i, davisChips[0]!],
  [/davis346/i, davisChips[1]!],
  [/davis.*640/i, davisChips[2]!],
  [/davis128/i, davis128],
  [/davis208/i, davis208],
]

/** The camera of that name; undefined for one that is not known here. */
export function chipNamed(name: string): Chip | undefined {
  return byName.find(([pattern]) => pattern.test(name))?.[1]
}

/** Sensors with this word in their names hear or classify: their events are no pixels. */
export function isNoCamera(name: string): boolean {
  return /cochlea|dynapse|octopus/i.test(name)
}
