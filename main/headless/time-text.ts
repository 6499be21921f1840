import type { AnalysisResult } from '../../preload/contract/index.ts'
import { percent, table } from './terminal.ts'

type ResultOf<Kind extends AnalysisResult['kind']> = Extract<AnalysisResult, { kind: Kind }>

const microjoules = (picojoules: number | undefined): string => (picojoules === undefined ? '' : `${(picojoules / 1e6).toPrecision(3)} uJ`)

export function timeText({ single, running, exits, latency, picojoules }: ResultOf<'time'>): string {
  const facts: [string, string][] = [
    ['timestep alone', single.map((value) => percent(value)).join(', ')],
    ['running mean', running.map((value) => percent(value)).join(', ')],
  ]
  if (latency) facts.push([`one sample on ${latency.device}`, `${latency.all.toFixed(2)} ms; first timestep ${latency.first.toFixed(2)} ms, each further one ${latency.further.toFixed(2)} ms`])
  if (picojoules !== undefined) facts.push(['energy of all timesteps', microjoules(picojoules)])
  const rows = exits.map(({ confidence, accuracy, timesteps, picojoules: spent, milliseconds }) => [
    String(confidence), timesteps.toFixed(2), percent(accuracy, 2), milliseconds === undefined ? '' : `${milliseconds.toFixed(2)} ms`, microjoules(spent),
    spent === undefined || !picojoules ? '' : percent(1 - spent / picojoules),
  ])
  return `${table(facts)}\n\n${table(rows, ['stop at confidence', 'timesteps', 'accuracy', 'latency', 'energy', 'saved'])}`
}

export function scalingText({ rows, left, notes, trained }: ResultOf<'scaling'>): string {
  const lines = rows.map(({ timesteps, accuracy, picojoules, source }) => [
    `${timesteps}${timesteps === trained ? ' (trained)' : ''}`, percent(accuracy, 2), microjoules(picojoules), source,
  ])
  return [table(lines, ['T', 'accuracy', 'energy', 'frames']), ...notes, ...left.map(({ timesteps, reason }) => `T = ${timesteps} left out. ${reason}`)].join('\n\n')
}

export function energyText({ picojoules, annPicojoules, ratio, accuracy, timesteps, layers, updates, overTime, conventions }: ResultOf<'energy'>): string {
  const operations = (count: number, kind: 'mac' | 'ac'): string => `${(count / 1e6).toPrecision(3)} M ${kind === 'mac' ? 'multiply-accumulates' : 'additions'}`
  return [
    table([
      ['per inference', `${microjoules(picojoules)} at ${percent(accuracy, 2)} accuracy, T = ${timesteps}`],
      ['same network as ANN', `${microjoules(annPicojoules)}: the spiking one needs ${percent(ratio)} of it`],
    ]),
    table(
      [
        ...layers.map(({ name, drive, active, operations: count, kind, picojoules: energy }) => [name, drive.toPrecision(3), percent(active), operations(count, kind), microjoules(energy)]),
        ...updates.map(({ name, of, operations: count, kind, picojoules: energy }) => [`${name} ${of === 'neurons' ? 'neurons' : 'batch norm'}`, '', '', operations(count, kind), microjoules(energy)]),
      ],
      ['layer', 'mean input', 'not 0', 'operations', 'energy'],
    ),
    table(overTime.map(({ timesteps: t, accuracy: right, picojoules: spent }) => [String(t), percent(right, 2), microjoules(spent)]), ['timesteps', 'accuracy', 'energy']),
    table(conventions.map(({ name, choice, meaning }) => [name, choice, meaning]), ['convention', 'choice', '']),
  ].join('\n\n')
}

const short = (values: readonly number[]): string => values.map((value) => value.toPrecision(3)).join(', ')

export function gradientsText({ losses, method, samples, batches, notes }: ResultOf<'gradients'>): string {
  const title = (name: string): string => (name === 'own' ? `${method.toUpperCase()} (its own)` : name.toUpperCase())
  const tables = losses.map(({ name, norms, layers }) => table([...layers.map((layer) => [layer.name, short(layer.norms)]), ['all layers', short(norms)]], [`loss ${title(name)}`, '|dL/du(t)|, t = 1, 2, ...']))
  return [...tables, `Mean over ${samples} samples in ${batches} batches.`, ...notes].join('\n\n')
}

export function weightsText({ regularization, contributions, histograms, options }: ResultOf<'weights'>): string {
  const { trained, lambda, delta, epsilon, first } = regularization
  return [
    table([
      ['r(t)', `lambda ${lambda}, delta ${delta}, epsilon ${epsilon}, t from ${first}${trained ? '' : ' (TRT\'s usual settings: this run was trained without)'}`],
      ['r(t), all parameters', short(contributions.reduce<number[]>((sums, { perTimestep }) => perTimestep.map((value, t) => value + (sums[t] ?? 0)), []))],
    ]),
    table(
      histograms.map(({ name, initial, trained: after }, i) => [
        name, percent(initial.nearZero), percent(after.nearZero), initial.norm.toPrecision(3), after.norm.toPrecision(3), short(contributions[i]?.perTimestep ?? []),
      ]),
      ['parameter', `below ${options.nearZero} before`, 'after', 'norm before', 'after', 'r(t), t by t'],
    ),
  ].join('\n\n')
}
