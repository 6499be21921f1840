import { Button } from '@mantine/core'
import { figure } from '../../../app/format.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { useComparedRuns } from '../compared.ts'
import type { ExtraProps } from '../registry.ts'
import { compute, namedResults, setOptions, useAnalysis } from '../state.ts'
import { SharpnessTable } from './SharpnessTable.tsx'
import { Scrolled } from '../../../widgets/Scrolled.tsx'
import styles from './sharpness.module.css'

/** Beside the picture: what it says in figures, and the curvature of the same checkpoints where it was computed. */
export function LandscapeExtra({ runs, run }: ExtraProps<'landscape'>) {
  const state = useAnalysis()
  const all = useComparedRuns(run)
  const sharp = namedResults('sharpness', all, state)
  const without = all.filter(({ id }) => !sharp.some((one) => one.run === id))
  const busy = state.busy.some((one) => one.endsWith(' sharpness'))
  const radius = (runs[0]?.result.options.span ?? 1) / 2
  return (
    <>
      <Panel
        title="In figures"
        aside={
          without.length > 0 && (
            <Button
              size="compact-xs"
              variant="light"
              loading={busy}
              onClick={() => {
                const { loss, samples, seed } = state.options['landscape'] ?? {}
                setOptions('sharpness', { loss, samples, seed })
                void compute('sharpness', without.map(({ id }) => id))
              }}
            >
              Compute sharpness
            </Button>
          )
        }
      >
        <Scrolled label="Loss in figures">
          <table className={styles.table} aria-label="Loss in figures">
            <thead>
              <tr>
                <th>Run</th>
                <th>Loss at the checkpoint</th>
                <th>Mean rise {radius} filter norms away</th>
                <th>Lowest of the grid</th>
                <th>Highest</th>
              </tr>
            </thead>
            <tbody>
              {runs.map(({ run: id, name, result }) => (
                <tr key={id}>
                  <td>{name}</td>
                  <td>{figure(result.centre)}</td>
                  <td>{figure(result.rise)}</td>
                  <td>{figure(Math.min(...result.loss.flat()))}</td>
                  <td>{figure(Math.max(...result.loss.flat()))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      </Panel>
      <SharpnessTable runs={sharp} />
    </>
  )
}
