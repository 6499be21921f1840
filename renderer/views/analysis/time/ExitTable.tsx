import { percent } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { energy } from '../energy/energy.ts'
import { Scrolled } from '../../../widgets/Scrolled.tsx'
import styles from '../energy/energy.module.css'
import type { ExtraProps } from '../registry.ts'

/** What stopping at each confidence takes: timesteps, time and energy, and how much of all timesteps' energy is saved. */
export function ExitTable({ runs }: ExtraProps<'time'>) {
  return runs.map(({ run, name, result: { exits, latency, picojoules } }) => (
    <Panel key={run} title={`Early exit, ${name}`}>
      {latency !== undefined && (
        <p className={styles.line}>
          One sample on {latency.device}: {latency.all.toFixed(2)} ms for all timesteps; {latency.first.toFixed(2)} ms for the first one,{' '}
          {latency.further.toFixed(2)} ms for each further one (medians, computed in one go).
        </p>
      )}
      <Scrolled label={`Early exit of ${name}`}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>stop at confidence</th>
              <th className={styles.number}>timesteps</th>
              <th className={styles.number}>accuracy</th>
              <th className={styles.number}>latency</th>
              <th className={styles.number}>energy</th>
              <th className={styles.number}>energy saved</th>
            </tr>
          </thead>
          <tbody>
            {exits.map((exit) => (
              <tr key={exit.confidence}>
                <td>{exit.confidence}</td>
                <td className={styles.number}>{exit.timesteps.toFixed(2)}</td>
                <td className={styles.number}>{percent(exit.accuracy)}</td>
                <td className={styles.number}>{exit.milliseconds === undefined ? '–' : `${exit.milliseconds.toFixed(2)} ms`}</td>
                <td className={styles.number}>{energy(exit.picojoules)}</td>
                <td className={styles.number}>{exit.picojoules === undefined || picojoules === undefined ? '–' : percent(1 - exit.picojoules / picojoules)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </Panel>
  ))
}
