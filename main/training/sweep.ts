import { z } from 'zod'
import { Random } from '../random.ts'
import { networkPresets } from '../snn/models/index.ts'
import { trainingConfigSchema, type TrainingConfig } from './schema.ts'

const valueSchema = z.union([z.number(), z.string().max(80), z.boolean()])
export type SweepValue = z.infer<typeof valueSchema>

/** Most runs of one experiment. */
export const mostRuns = 500

/**
 * What is varied over a run's settings: every combination of the axes' values (a grid), or `random` of them; each with every seed.
 * An axis names a setting by its path ("method.eta", "learningRate", "batchSize"); "method" and "network" take names; "none" is a
 * setting that is left out ("network.norm", "clipNorm").
 */
export const sweepSchema = z.object({
  axes: z.array(z.object({ parameter: z.string().min(1).max(80), values: z.array(valueSchema).min(1).max(100) })).max(6).default([]),
  /** The axes' values go together, the first ones, the second ones, and so on, instead of each with each: a list of settings. */
  list: z.boolean().optional(),
  /** So many combinations, drawn at random without repetition; all of them where it is missing. */
  random: z.number().int().min(1).max(mostRuns).optional(),
  seeds: z.array(z.number().int().min(0)).min(1).max(100),
})
export type Sweep = z.infer<typeof sweepSchema>

/** One run of a sweep: its values by parameter, its seed, and all its settings. */
export interface Variant {
  readonly values: Record<string, SweepValue>
  readonly seed: number
  readonly config: TrainingConfig
}

/** A sweep that can't be: names the parameter and what is wrong with it. */
export class SweepError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SweepError'
  }
}

/**
 * The runs of a sweep: combinations in the order of the axes (in a grid the last one changes fastest), the seeds of each together.
 * The base's method keeps its settings where "method" is varied, others have their defaults.
 * @throws SweepError where an axis names no setting, or a value is none that the setting can have
 */
export function expandSweep(base: TrainingConfig, sweep: Sweep): Variant[] {
  const { axes, seeds, list = false } = sweep
  const names = axes.map(({ parameter }) => parameter)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new SweepError(`${twice} is varied twice.`)
  if (names.includes('seed')) throw new SweepError('seed: give seeds as seeds, so that they are averaged over.')
  const lengths = axes.map(({ values }) => values.length)
  if (list && new Set(lengths).size > 1)
    throw new SweepError(`In a list the settings' values go together, so each needs as many: ${axes.map(({ parameter, values }) => `${parameter} has ${values.length}`).join(', ')}.`)
  const total = list ? (lengths[0] ?? 1) : axes.reduce((count, { values }) => count * new Set(values).size, 1)
  const count = Math.min(total, sweep.random ?? total) * seeds.length
  if (count > mostRuns) throw new SweepError(`That makes ${count} runs; at most ${mostRuns} are possible. Leave out values, or take some at random.`)
  let combinations = list ? rowsOf(axes) : grid(axes)
  if (sweep.random !== undefined) combinations = draw(combinations, sweep.random, base.seed)
  return combinations.flatMap((values) => seeds.map((seed) => ({ values, seed, config: configured(base, values, seed) })))
}

type Combination = Record<string, SweepValue>

/** Each value with each. */
function grid(axes: Sweep['axes']): Combination[] {
  let combinations: Combination[] = [{}]
  for (const { parameter, values } of axes)
    combinations = combinations.flatMap((combination) => [...new Set(values)].map((value) => ({ ...combination, [parameter]: value })))
  return combinations
}

/** Values at the same place together; the same ones twice are one. */
function rowsOf(axes: Sweep['axes']): Combination[] {
  const rows = Array.from({ length: axes[0]?.values.length ?? 1 }, (_, row) => Object.fromEntries(axes.map(({ parameter, values }) => [parameter, values[row]!])))
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
}

/** In their order. */
function draw<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = new Random(seed, 'sweep')
  const order = all.map((_, i) => i)
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1)
    ;[order[i], order[other]] = [order[other]!, order[i]!]
  }
  return order.slice(0, count).sort((a, b) => a - b).map((i) => all[i]!)
}

function configured(base: TrainingConfig, values: Record<string, SweepValue>, seed: number): TrainingConfig {
  const label = [...Object.entries(values).map(([parameter, value]) => `${parameter.split('.').at(-1)}=${value}`), `seed=${seed}`].join(' ')
  const changed: Record<string, unknown> = structuredClone({ ...base, seed, name: nameOf(base.name, label) })
  // Methods and networks first: other parameters are theirs.
  const order = Object.entries(values).sort(([a], [b]) => Number(b === 'method' || b === 'network') - Number(a === 'method' || a === 'network'))
  for (const [parameter, value] of order) set(changed, parameter, value)
  const parsed = trainingConfigSchema.safeParse(changed)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new SweepError(`${label}: ${issue ? `${issue.path.join('.')}: ${issue.message}` : 'can not be trained'}`)
  }
  const left = order.find(([parameter, value]) => value === 'none' && at(parsed.data, parameter) !== undefined)
  if (left) throw new SweepError(`${left[0]} can't be left out of a run: "none" is no value of it.`)
  // A schema leaves out what it does not know.
  for (const [parameter, value] of order)
    if (parameter !== 'method' && parameter !== 'network' && at(parsed.data, parameter) !== (value === 'none' ? undefined : value))
      throw new SweepError(`${parameter} is no setting of this run${parameter.startsWith('method.') ? `'s method ${parsed.data.method.name.toUpperCase()}` : ''}.`)
  return parsed.data
}

/** What differs comes first: lists cut long names. */
const nameOf = (base: string, label: string): string => `${label} · ${base}`.slice(0, 80)

function set(config: Record<string, unknown>, parameter: string, value: SweepValue): void {
  if (parameter === 'method') {
    // The base's own method keeps its settings.
    if ((config.method as { name: unknown }).name !== value) config.method = { name: value }
    return
  }
  if (parameter === 'network') {
    const preset = networkPresets.find(({ id }) => id === value)
    if (!preset) throw new SweepError(`network: there is no "${value}"; there are ${networkPresets.map(({ id }) => id).join(', ')}.`)
    // Of its own: the next parameter may change it, and the preset is everybody's.
    config.network = structuredClone(preset.network)
    return
  }
  const path = parameter.split('.')
  let target = config
  for (const key of path.slice(0, -1)) {
    const inner = Object.hasOwn(target, key) ? target[key] : undefined
    if (typeof inner !== 'object' || inner === null) throw new SweepError(`${parameter} is no setting of this run.`)
    target = inner as Record<string, unknown>
  }
  if (value === 'none') delete target[path.at(-1)!]
  else target[path.at(-1)!] = value
}

function at(config: unknown, parameter: string): unknown {
  return parameter.split('.').reduce<unknown>((value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined), config)
}
