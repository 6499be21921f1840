import { Button, Tooltip } from '@mantine/core'
import { IconRefresh, IconZoomScan } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useLibrary } from '../../api/library.ts'
import { useCall } from '../../api/use-call.ts'
import { attempt } from '../../api/workbench.ts'
import { compact, count, duration, percent, plural } from '../../app/format.ts'
import { Bars } from '../../charts/Bars.tsx'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import styles from './library.module.css'

/** Statistics of a dataset: balance, durations, event counts, duplicates. */
export function DatasetStatistics({ id, name }: { readonly id: string; readonly name: string }) {
  const version = useLibrary((state) => state.recordingsVersion)
  const datasets = useLibrary((state) => state.datasets)
  const { data, error, reload } = useCall('datasets.statistics', { id }, true)
  useEffect(reload, [version, datasets, reload])
  if (error !== null) return <Failure message={error} />
  if (data === null) return null
  const leaks = data.duplicates.across + data.sameEvents.across
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2 title={name}>{name}</h2>
          <span className={widgets.grow} />
          <Button className={styles.whole} variant="default" leftSection={<IconRefresh size={15} />} onClick={() => void attempt('datasets.update', { id }, 'The dataset could not be updated')}>
            Add what is new
          </Button>
        </div>
        {leaks > 0 && <Failure message={`${plural(leaks, 'recording')} ${leaks === 1 ? 'lies' : 'lie'} in both the training and the test split: test accuracy will look better than it is.`} />}
        <div className={styles.columns}>
          <Panel title="Samples per class" help="chart.classes" aside={<span className={styles.hint}>training + test</span>}>
            <Bars
              label="Samples per class"
              bars={data.classes.map((one) => ({
                label: one.name,
                text: `${count(one.train)} + ${count(one.test)}`,
                parts: [
                  { value: one.train, color: '--accent' },
                  { value: one.test, color: '--series-2' },
                ],
              }))}
            />
          </Panel>
          <Panel title="Events per sample and class" help="chart.events">
            <Bars
              label="Mean events per sample of each class"
              bars={data.classes.map((one) => {
                const mean = one.events / Math.max(1, one.train + one.test)
                return { label: one.name, text: compact(mean), parts: [{ value: mean, color: '--series-1' }] }
              })}
            />
          </Panel>
          <Panel
            title="Statistics"
            aside={
              data.surveyed < data.samples && (
                <Tooltip label={`ON share and hot pixels: ${plural(data.samples - data.surveyed, 'recording')} to be read`}>
                  <Button
                    size="compact-sm"
                    variant="default"
                    leftSection={<IconZoomScan size={14} />}
                    onClick={() => void attempt('datasets.survey', { id }, 'The recordings could not be read')}
                  >
                    Read the recordings
                  </Button>
                </Tooltip>
              )
            }
          >
            <Facts
              rows={[
                ['Samples', count(data.samples)],
                ['Largest to smallest class', `${data.imbalance.toFixed(2)} to 1`],
                ['Duration', `${duration(data.durationUs.least)} to ${duration(data.durationUs.most)}, median ${duration(data.durationUs.median)}`],
                ['Events', `${count(data.events.least)} to ${count(data.events.most)}, median ${count(data.events.median)}`],
                ['Rate', `${compact(data.rate.least, 'Ev/s')} to ${compact(data.rate.most, 'Ev/s')}, median ${compact(data.rate.median, 'Ev/s')}`],
                ['ON / OFF', data.onShare === null ? 'not read yet' : `${percent(data.onShare)} / ${percent(1 - data.onShare)} (of ${count(data.surveyed)} samples)`],
                ['Hot pixels', data.surveyed === 0 ? 'not read yet' : count(data.hotPixels)],
                ['Same bytes', data.duplicates.samples === 0 ? 'none' : `${plural(data.duplicates.samples, 'sample')}, ${data.duplicates.across} in both splits`],
                ['Same events', data.sameEvents.samples === 0 ? 'none' : `${plural(data.sameEvents.samples, 'sample')}, ${data.sameEvents.across} in both splits`],
              ]}
            />
          </Panel>
        </div>
      </div>
    </div>
  )
}
