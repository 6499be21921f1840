import { compact, percent } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import type { ExtraProps } from '../registry.ts'
import { energy } from './energy.ts'
import { Scrolled } from '../../../widgets/Scrolled.tsx'
import styles from './energy.module.css'

/** The numbers behind the figures of each run, and what the conventions mean. */
export function EnergyTables({ runs }: ExtraProps<'energy'>) {
  const [first] = runs
  return (
    <>
      {runs.map(({ run, name, result }) => (
        <Panel key={run} title={`Operations of an inference, ${name}`}>
          <p className={styles.line}>
            {energy(result.picojoules)} at {percent(result.accuracy)} accuracy with T = {result.timesteps}: {percent(result.ratio)} of the{' '}
            {energy(result.annPicojoules)} of the equivalent ANN.
          </p>
          <Scrolled label={`Operations of ${name}`}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th>layer</th>
                  <th className={styles.number}>mean input</th>
                  <th className={styles.number}>not 0</th>
                  <th className={styles.number}>operations</th>
                  <th>kind</th>
                  <th className={styles.number}>energy</th>
                </tr>
              </thead>
              <tbody>
                {result.layers.map((layer) => (
                  <tr key={layer.name}>
                    <td>{layer.name}</td>
                    <td className={styles.number}>{layer.drive.toPrecision(3)}</td>
                    <td className={styles.number}>{percent(layer.active)}</td>
                    <td className={styles.number}>{compact(layer.operations)}</td>
                    <td>{layer.kind === 'mac' ? 'multiply-accumulates' : 'additions'}</td>
                    <td className={styles.number}>{energy(layer.picojoules)}</td>
                  </tr>
                ))}
                {result.updates.map((row) => (
                  <tr key={`${row.name} ${row.of}`}>
                    <td>
                      {row.name}, {row.of === 'neurons' ? 'neurons' : 'batch norm'}
                    </td>
                    <td />
                    <td />
                    <td className={styles.number}>{compact(row.operations)}</td>
                    <td>{row.kind === 'mac' ? 'multiply-accumulates' : 'additions'}</td>
                    <td className={styles.number}>{energy(row.picojoules)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </Panel>
      ))}
      {first !== undefined && (
        <Panel title="How it is counted">
          <Scrolled label="How operations are counted">
            <table className={styles.table}>
              <tbody>
                {first.result.conventions.map(({ name, choice, meaning }) => (
                  <tr key={name}>
                    <th>{name}</th>
                    <td>{choice}</td>
                    <td className={styles.meaning}>{meaning}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </Panel>
      )}
    </>
  )
}
