/** The four columns of events. */
export type Role = 't' | 'x' | 'y' | 'p'
export const roles: readonly Role[] = ['t', 'x', 'y', 'p']

const names: Readonly<Record<Role, RegExp>> = {
  t: /^(t|ts|time|times|timestamp|timestamps|timeus)$/,
  x: /^(x|xs|x_pos|xpos|col|column)$/,
  y: /^(y|ys|y_pos|ypos|row)$/,
  p: /^(p|ps|pol|pols|polarity|polarities|on|is_on|c|channel)$/,
}

/** Which column a name stands for ("events/ts", "Polarity"); null for others. */
export function roleOf(name: string): Role | null {
  const plain = (name.split('/').at(-1) ?? '').replace(/\.npy$/, '').trim().toLowerCase()
  return roles.find((role) => names[role].test(role === 't' ? plain.replace(unitInName, '') : plain)) ?? null
}

/** As in "t_ns", "timestamp [us]", "Time (s)"; a micro sign may come as its two bytes of UTF-8. */
const unitInName = /(?:[ _]?[([](s|sec|ms|us|\xc2?\xb5s|ns)[)\]]|[ _](s|sec|ms|us|\xc2?\xb5s|ns))$/

/** The unit that a time column's name tells; null for names without one. */
export function unitNamed(name: string): TimeUnit | null {
  const found = unitInName.exec(name.replace(/\.npy$/, '').trim().toLowerCase())
  const unit = found?.[1] ?? found?.[2]
  if (unit === undefined) return null
  return unit.startsWith('s') ? timeUnits.s : unit === 'ms' ? timeUnits.ms : unit === 'ns' ? timeUnits.ns : timeUnits.µs
}

/** A cell of text as a number: true and on are 1, false and off 0; quotes around it don't count. NaN for other words. */
export function cellNumber(cell: string, delimiter: string): number {
  const text = cell.trim().replace(/^(["'])(.*)\1$/, '$2').trim().toLowerCase()
  if (text === 'true' || text === 'on') return 1
  if (text === 'false' || text === 'off') return 0
  // Where commas don't part the cells they are decimal.
  return text === '' ? NaN : Number(delimiter === ',' ? text : text.replace(',', '.'))
}

/** µs of one unit of a time column, with the unit's name. */
export interface TimeUnit {
  readonly unit: 's' | 'ms' | 'µs' | 'ns'
  readonly scale: number
}
export const timeUnits = { s: { unit: 's', scale: 1e6 }, ms: { unit: 'ms', scale: 1e3 }, µs: { unit: 'µs', scale: 1 }, ns: { unit: 'ns', scale: 1e-3 } } as const

/** Times from which their unit can be told by their rate, and the rate below which they are no seconds. */
const ENOUGH = 200
const RARE = 1000

/**
 * The unit of times: whole numbers are µs, and beyond 1e17 nanoseconds since 1970. Fractions are seconds, or milliseconds (as
 * Tonic and SLAYER keep DVS128 Gesture) where they lie so far apart that as seconds the camera would have given fewer than a
 * thousand events a second, which is rare; the sample must be long enough to tell.
 * @param times of the first events
 */
export function unitOf(times: ArrayLike<number>): TimeUnit {
  let [largest, fractions] = [0, false]
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!
    if (!Number.isFinite(time)) continue
    largest = Math.max(largest, Math.abs(time))
    if (!Number.isInteger(time)) fractions = true
  }
  if (largest > 1e17) return timeUnits.ns
  if (!fractions) return timeUnits.µs
  const range = times.length > 1 ? Math.abs(times[times.length - 1]! - times[0]!) : 0
  return range >= 1e4 || (times.length >= ENOUGH && times.length / range < RARE) ? timeUnits.ms : timeUnits.s
}

/**
 * Which of four unnamed columns is which: time is the one that never runs backwards and reaches farthest, polarity the one with
 * at most two values, x and y the others in their order. null where no such reading fits.
 * @param columns the first values of each column
 */
export function guessRoles(columns: readonly ArrayLike<number>[]): readonly Role[] | null {
  if (columns.length !== 4 || columns.some((column) => column.length === 0)) return null
  const facts = columns.map((column) => {
    const values = new Set<number>()
    let [steps, rising, lowest, highest, whole] = [0, 0, Infinity, -Infinity, true]
    for (let i = 0; i < column.length; i++) {
      const value = column[i]!
      if (values.size < 4) values.add(value)
      if (i > 0) {
        steps++
        if (value >= column[i - 1]!) rising++
      }
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
      if (!Number.isInteger(value)) whole = false
    }
    return { kinds: values.size, ordered: steps === 0 || rising / steps > 0.999, range: highest - lowest, lowest, highest, whole }
  })
  const polar = facts.map(({ kinds, lowest, highest, whole }) => kinds <= 2 && whole && lowest >= -1 && highest <= 1)
  // Of columns that could be the polarity the last: files put it there, or right before the time.
  const p = polar.lastIndexOf(true)
  if (p === -1) return null
  const ordered = facts.map(({ ordered: never, range }, i) => (i !== p && never ? range : -1))
  const t = ordered.indexOf(Math.max(...ordered))
  if (ordered[t] === -1) return null
  const rest = [0, 1, 2, 3].filter((i) => i !== p && i !== t)
  const pixel = rest.every((i) => (facts[i]?.lowest ?? -1) >= 0 && (facts[i]?.highest ?? 1e9) < 65536)
  if (!pixel) return null
  const found: Role[] = []
  found[t] = 't'
  found[p] = 'p'
  found[rest[0] ?? 0] = 'x'
  found[rest[1] ?? 0] = 'y'
  return found
}
