import type { SharpnessResult } from '../../../../preload/contract/index.ts'
import { figure } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import type { ExtraProps } from '../registry.ts'
import { Scrolled } from '../../../widgets/Scrolled.tsx'
import styles from './sharpness.module.css'

const trace = ({ trace: found }: SharpnessResult['plain']): string => (found === null ? '' : `${figure(found.value)} ± ${figure(found.error)}`)

type Cell = (result: SharpnessResult) => string

const curvature = (of: 'normalized' | 'plain', title: string): readonly (readonly [string, string, Cell])[] => [
  [`λ₁ ${title}`, 'Largest eigenvalue of the Hessian: the curvature of the steepest direction.', (result) => figure(result[of].eigenvalue)],
  ['its residual', '‖Hv − λv‖ / ‖Hv‖: 0 where power iteration has arrived.', (result) => figure(result[of].residual)],
  ['with half the step', 'The same quotient from differences half as wide: near to λ₁ where the step does not matter.', (result) => figure(result[of].halved)],
  [`trace, ${title}`, 'Sum of all eigenvalues (Hutchinson), ± its standard error.', (result) => trace(result[of])],
]

/** The figures behind "flatter", a column for each run. */
export function SharpnessTable({ runs }: Pick<ExtraProps<'sharpness'>, 'runs'>) {
  const first = runs[0]?.result
  if (first === undefined) return null
  const rows: readonly (readonly [string, string, Cell])[] = [
    ['loss at the checkpoint', 'Flatness compares runs of about the same loss.', ({ options, loss }) => `${figure(loss)} (${options.loss.toUpperCase()})`],
    ...curvature('normalized', 'in filter norms'),
    ...curvature('plain', 'of the plain parameters'),
    [
      `loss rise at ${first.rise.radius} filter norms`,
      `Mean ± standard deviation over ${first.rise.values.length} random directions.`,
      ({ rise }) => `${figure(rise.mean)} ± ${figure(rise.deviation)}`,
    ],
    ['products', 'Hessian-vector products of both power iterations.', ({ normalized, plain }) => `${normalized.iterations} and ${plain.iterations}`],
  ]
  return (
    <Panel title="Sharpness in figures">
      <Scrolled label="Sharpness in figures">
        <table className={styles.table} aria-label="Sharpness">
          <thead>
            <tr>
              <th scope="col">Quantity</th>
              {runs.map(({ run, name }) => (
                <th key={run} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col" className={styles.meaning}>
                Meaning
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, meaning, cell], i) => (
              <tr key={i}>
                <td>{label}</td>
                {runs.map(({ run, result }) => (
                  <td key={run}>{cell(result)}</td>
                ))}
                <td className={styles.meaning}>{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <p className={styles.note}>Each product is a {first.products}.</p>
    </Panel>
  )
}
