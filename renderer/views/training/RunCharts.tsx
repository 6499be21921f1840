import { useMemo } from 'react'
import type { Run } from '../../../preload/contract/index.ts'
import type { LiveSteps } from '../../api/runs.ts'
import { figure, percent } from '../../app/format.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { accuracyCurves, firingCurves, lossCurves, timestepCurves } from './curves.ts'
import styles from './training.module.css'

/** The live charts of a run. */
export function RunCharts({ run, live }: { readonly run: Run; readonly live: LiveSteps | undefined }) {
  const loss = useMemo(() => lossCurves(run, live), [run, live])
  const accuracy = useMemo(() => accuracyCurves(run), [run])
  const timesteps = useMemo(() => timestepCurves(run), [run])
  const firing = useMemo(() => firingCurves(run), [run])
  const nothing = run.epochs.length === 0
  return (
    <div className={styles.charts}>
      <Panel><LineChart title="Loss" {...loss} xLabel="epoch" format={figure} /></Panel>
      <Panel><LineChart title="Accuracy" {...accuracy} xLabel="epoch" format={(value) => percent(value, 1)} /></Panel>
      <Panel>
        <LineChart title="Test accuracy per timestep" {...timesteps} xLabel="t =" format={(value) => percent(value, 1)} />
        {nothing && <p className={styles.empty}>Every timestep’s own logits, measured after each epoch.</p>}
      </Panel>
      <Panel>
        <LineChart title="Firing rate per layer" {...firing} xLabel="epoch" format={(value) => percent(value, 1)} range={[0, null]} />
        {nothing && <p className={styles.empty}>Mean spikes per neuron and timestep, measured after each epoch.</p>}
      </Panel>
    </div>
  )
}
