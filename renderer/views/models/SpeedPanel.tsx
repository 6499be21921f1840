import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconGauge } from '@tabler/icons-react'
import type { CallOutput } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import { bytes, figure, since } from '../../app/format.ts'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import styles from './models.module.css'

type Bench = CallOutput<'models.bench'>

const short = (value: number): string => figure(Number(value.toPrecision(3)))

function Table({ bench }: { readonly bench: Bench }) {
  return (
    <>
      <table className={styles.speed}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Batch</th>
            <th scope="col">p50, ms</th>
            <th scope="col">p95, ms</th>
            <th scope="col">Samples/s</th>
          </tr>
        </thead>
        <tbody>
          {bench.rows.map(({ device, batch, p50, p95, samplesPerSecond }) => (
            <tr key={`${device} ${batch}`}>
              <td>{device}</td>
              <td>{batch}</td>
              <td>{short(p50)}</td>
              <td>{short(p95)}</td>
              <td>{short(samplesPerSecond)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>
        {bench.runtime} on {bench.machine}, {since(bench.created, new Date())}. Memory of the process at most:{' '}
        {bench.memory.map(({ device, bytes: most }) => `${device} ${bytes(most)}`).join(', ')}.
        {bench.file && ` File: ${bytes(bench.file.bytes)}${bench.file.precision ? `, ${bench.file.precision}` : ''}.`}
      </p>
      {bench.failures.map(({ device, reason }) => (
        <p key={device} className={styles.note}>
          {device}: {reason}
        </p>
      ))}
    </>
  )
}

/** How fast the model runs here: what was measured last, and measuring anew. */
export function SpeedPanel({ id }: { readonly id: string }) {
  const { data, error, reload } = useCall('models.measured', { id }, true)
  const [state, setState] = useState<{ busy: boolean; failure: string | null }>({ busy: false, failure: null })
  const measure = async () => {
    setState({ busy: true, failure: null })
    try {
      await ask('models.bench', { id })
      reload()
      setState({ busy: false, failure: null })
    } catch (failure) {
      setState({ busy: false, failure: messageOf(failure) })
    }
  }
  const failure = state.failure ?? error
  return (
    <Panel
      title="Speed on this machine"
      help="chart.speed"
      aside={
        <Button size="compact-xs" variant="default" loading={state.busy} leftSection={<IconGauge size={14} />} onClick={() => void measure()}>
          {data?.bench ? 'Measure again' : 'Measure'}
        </Button>
      }
    >
      {failure !== null && <Failure message={failure} />}
      {data?.bench ? <Table bench={data.bench} /> : <p style={{ margin: 0, color: 'var(--ink-3)' }}>Latency and throughput for batches of 1, 4 and 16 samples, on the CPU and every other device that is here.</p>}
    </Panel>
  )
}
