import type { SharpnessResult } from '../../../../preload/contract/index.ts'
import { figure } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import type { ExtraProps } from '../registry.ts'
import styles from './sharpness.module.css'

const trace = ({ trace: found }: SharpnessResult['plain']): string => (found === null ? '' : `${figure(found.value)} ± ${figure(found.error)}`)

/** The figures behind "flatter", a row for each run. */
export function SharpnessTable({ runs }: Pick<ExtraProps<'sharpness'>, 'runs'>) {
  const first = runs[0]?.result
  if (first === undefined) return null
  return (
    <Panel title="Sharpness">
      <div className={styles.frame}>
        <table className={styles.table} aria-label="Sharpness">
          <thead>
            <tr>
              <th>Run</th>
              <th>Loss</th>
              <th>λ₁ filter-normalized</th>
              <th>Residual</th>
              <th>Half the step</th>
              <th>Trace</th>
              <th>λ₁ plain</th>
              <th>Residual</th>
              <th>Half the step</th>
              <th>Trace</th>
              <th>Rise at {first.rise.radius}</th>
            </tr>
          </thead>
          <tbody>
            {runs.map(({ run, name, result }) => (
              <Row key={run} name={name} result={result} />
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.note}>
        λ₁ by power iteration ({first.normalized.iterations} and {first.plain.iterations} products, each a {first.products}); rise: mean ± standard deviation over{' '}
        {first.rise.values.length} random filter-normalized directions.
      </p>
    </Panel>
  )
}

function Row({ name, result: { options, loss, normalized, plain, rise } }: { readonly name: string; readonly result: SharpnessResult }) {
  return (
    <tr>
      <td>{name}</td>
      <td>
        {options.loss.toUpperCase()} {figure(loss)}
      </td>
      {[normalized, plain].flatMap((curvature, i) => [
        <td key={`value ${i}`}>{figure(curvature.eigenvalue)}</td>,
        <td key={`residual ${i}`}>{figure(curvature.residual)}</td>,
        <td key={`halved ${i}`}>{figure(curvature.halved)}</td>,
        <td key={`trace ${i}`}>{trace(curvature)}</td>,
      ])}
      <td>
        {figure(rise.mean)} ± {figure(rise.deviation)}
      </td>
    </tr>
  )
}
