import { useEffect } from 'react'
import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useLibrary } from '../../api/library.ts'
import { useCall } from '../../api/use-call.ts'
import { bytes, compact, count, duration, percent, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import styles from './library.module.css'

/** Statistics of one recording: what it holds, its rate over time, hot pixels, duplicates. */
export function RecordingDetails({ id }: { readonly id: number }) {
  const version = useLibrary((state) => state.recordingsVersion)
  const { data, error, reload } = useCall('library.recording', { id }, true)
  useEffect(() => reload(), [reload, version])
  if (error !== null) return <Failure message={error} />
  if (data === null || data.id !== id) return null
  const { curve, hotPixels, problems } = data.statistics
  const perSecond = (events: number) => (curve.binUs > 0 ? (events / curve.binUs) * 1e6 : 0)
  const others = data.files.filter(({ path }) => path !== data.path)
  return (
    <div className={styles.details}>
      <div className={styles.detailsHead}>
        <h2 title={data.path}>{data.name}</h2>
        <Button size="compact-sm" leftSection={<IconPlayerPlay size={14} />} disabled={data.missing} onClick={() => go({ view: 'recordings', path: data.path })}>
          Open
        </Button>
      </div>
      {data.failure !== null && <Failure message={data.failure} />}
      {data.failure === null && (
        <Panel title="Statistics">
          <Facts
            rows={[
              ['Sensor', `${data.width} × ${data.height} px`],
              ['Duration', duration(data.durationUs)],
              ['Events', count(data.events)],
              ['Rate', data.rate > 0 ? compact(data.rate, 'Ev/s') : null],
              ['ON / OFF', data.events > 0 ? `${percent(data.on / data.events)} / ${percent(1 - data.on / data.events)}` : null],
              ['Hot pixels', hotPixels.length === 0 ? 'none' : hotPixels.slice(0, 6).map(([x, y, events]) => `(${x}, ${y}) ${count(events)}`).join(', ') + (hotPixels.length > 6 ? ` and ${hotPixels.length - 6} more` : '')],
              ['Label', data.label],
            ]}
          />
        </Panel>
      )}
      {curve.on.length > 1 && (
        <Panel>
          <LineChart
            title="Events per second"
            help="chart.rate"
            x={curve.on.map((_, i) => (i * curve.binUs) / 1e6)}
            xLabel="s"
            lines={[
              { label: 'ON', color: '--on', values: curve.on.map(perSecond) },
              { label: 'OFF', color: '--off', values: curve.off.map(perSecond) },
            ]}
            format={(value) => compact(value)}
            height={130}
          />
        </Panel>
      )}
      <Panel title={plural(data.files.length, 'file')}>
        <ul className={styles.paths}>
          <li>
            {data.path} ({bytes(data.bytes)}){data.missing ? ', gone' : ''}
          </li>
          {others.map(({ path, missing }) => (
            <li key={path}>
              {path} ({missing ? 'gone' : 'copy'})
            </li>
          ))}
          {data.twins.map(({ id: twin, path }) => (
            <li key={twin}>{path} (same events)</li>
          ))}
        </ul>
        <code className={styles.hash} title="SHA-256 of its bytes">
          {data.hash.slice(0, 24)}…
        </code>
      </Panel>
      {problems.length > 0 && (
        <Panel title={plural(problems.length, 'problem')}>
          <Problems problems={problems} />
        </Panel>
      )}
    </div>
  )
}
