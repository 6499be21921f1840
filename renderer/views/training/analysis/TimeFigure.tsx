import type { TimeResult } from '../../../../preload/contract/index.ts'
import { percent, percentMark } from '../../../app/format.ts'
import { LineChart } from '../../../charts/LineChart.tsx'
import styles from './analysis.module.css'

/** Accuracy over t, and the cheapest early exit that loses nothing. */
export function TimeFigure({ result }: { readonly result: TimeResult }) {
  const full = result.running.at(-1) ?? 0
  const exit = result.exits.find(({ accuracy }) => accuracy >= full)
  return (
    <>
      <p className={styles.headline}>
        {exit === undefined ? (
          <>No early exit keeps {percent(full)}</>
        ) : (
          <>
            Stopping at confidence {exit.confidence} takes <b>{exit.timesteps.toFixed(1)}</b> of {result.single.length} timesteps at{' '}
            {percent(exit.accuracy)}
          </>
        )}
      </p>
      <LineChart
        title="Accuracy of the first t outputs"
        x={result.single.map((_, i) => i + 1)}
        xLabel="t ="
        lines={[
          { label: 'mean of 1..t', color: '--series-1', values: result.running },
          { label: 't alone', color: '--series-2', values: result.single },
        ]}
        format={percent}
        ticks={percentMark}
        height={150}
      />
    </>
  )
}
