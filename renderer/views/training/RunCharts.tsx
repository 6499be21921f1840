import { useMemo, type ReactNode } from 'react'
import type { Run } from '../../../preload/contract/index.ts'
import type { LiveSteps } from '../../api/runs.ts'
import { figure, percent, percentMark } from '../../app/format.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { accuracyCurves, firingCurves, lossCurves, marksOf, splitOf, timestepCurves } from './curves.ts'
import styles from './training.module.css'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** In the place of a chart that has nothing to draw yet. */
function Later({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles.later}>
      <b>{title}</b>
      <p>{children}</p>
    </div>
  )
}

/** The live charts of a run. */
export function RunCharts({ run, live }: { readonly run: Run; readonly live: LiveSteps | undefined }) {
  const loss = useMemo(() => lossCurves(run, live), [run, live])
  const accuracy = useMemo(() => accuracyCurves(run), [run])
  const timesteps = useMemo(() => timestepCurves(run), [run])
  const firing = useMemo(() => firingCurves(run), [run])
  const marks = useMemo(() => marksOf(run), [run])
  const nothing = run.epochs.length === 0
  return (
    <div className={styles.charts}>
      <Panel>
        {nothing && live === undefined ? (
          <Later title="Loss">Drawn from the first training step on.</Later>
        ) : (
          <LineChart title="Loss" help="chart.loss" {...loss} marks={marks} xLabel="epoch" format={figure} />
        )}
      </Panel>
      <Panel>
        {nothing ? (
          <Later title="Accuracy">Measured on the {splitOf(run)} split after each epoch.</Later>
        ) : (
          <LineChart title="Accuracy" help="chart.accuracy" {...accuracy} marks={marks} xLabel="epoch" format={percent} ticks={percentMark} />
        )}
      </Panel>
      <Panel>
        {nothing ? (
          <Later title={`${capital(splitOf(run))} accuracy per timestep`}>Every timestep’s own logits, measured after each epoch.</Later>
        ) : (
          <LineChart title={`${capital(splitOf(run))} accuracy per timestep`} help="chart.timesteps" {...timesteps} xLabel="t =" format={percent} ticks={percentMark} />
        )}
      </Panel>
      <Panel>
        {nothing ? (
          <Later title="Firing rate per layer">Mean spikes per neuron and timestep, measured after each epoch.</Later>
        ) : (
          <LineChart title="Firing rate per layer" help="chart.firing" {...firing} marks={marks} xLabel="epoch" format={percent} ticks={percentMark} range={[0, null]} />
        )}
      </Panel>
    </div>
  )
}
