import type { Curvature } from '../analysis/schemas/sharpness.ts'
import type { LandscapeResult, SharpnessResult } from '../../preload/contract/index.ts'
import { table } from './terminal.ts'

/** A landscape for the terminal: every loss at the checkpoint, and the asked one over the grid. */
export function landscapeText(result: LandscapeResult): string {
  const { options, samples, axis, loss, centre, rise, centres, rises, points } = result
  const losses = Object.entries(centres ?? { [options.loss]: centre }).map(([name, value]) => [
    name,
    value.toFixed(4),
    (Object.entries(rises ?? {}).find(([other]) => other === name)?.[1] ?? rise).toFixed(4),
  ])
  const facts = [['samples', `${samples} of the ${options.split} split`], ...(points ? [['points', `${points.taken} computed, ${points.reused} kept from before`]] : [])]
  return [
    table(facts),
    table(losses, ['loss', 'at the checkpoint', `mean rise ${options.span / 2} filter norms away`]),
    table(
      loss.map((row, j) => [(axis[j] ?? 0).toFixed(2), ...row.map((value) => value.toFixed(2))]),
      ['b \\ a', ...axis.map((value) => value.toFixed(2))],
    ),
  ].join('\n\n')
}

/** Sharpness for the terminal. */
export function sharpnessText({ options, samples, loss, gradientNorm, products, plain, normalized, rise, passes }: SharpnessResult): string {
  const row = (name: string, { eigenvalue, iterations, residual, halved, trace, parameters }: Curvature): string[] => [
    name,
    eigenvalue.toPrecision(4),
    String(iterations),
    residual.toPrecision(2),
    halved.toPrecision(4),
    trace === null ? '' : `${trace.value.toPrecision(4)} +- ${trace.error.toPrecision(2)}`,
    String(parameters),
  ]
  return [
    table([
      [`${options.loss} loss at the checkpoint`, loss.toFixed(4)],
      ['norm of its gradient', gradientNorm.toPrecision(4)],
      [`rise ${rise.radius} filter norms away`, `${rise.mean.toPrecision(4)} +- ${rise.deviation.toPrecision(2)} over ${rise.values.length} random directions`],
      ['Hessian-vector products', products],
      ['samples', `${samples} of the ${options.split} split; ${passes.gradient} passes with gradient, ${passes.forward} without`],
    ]),
    table([row('plain', plain), row('filter-normalized', normalized)], ['Hessian', 'largest eigenvalue', 'products', 'residual', 'with half the step', 'trace', 'parameters']),
  ].join('\n\n')
}
