import { useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { IconBrain, IconTrash } from '@tabler/icons-react'
import { refresh } from '../../api/library.ts'
import { jobOf, useJobs } from '../../api/jobs.ts'
import { notify } from '../../api/notices.ts'
import { useCall } from '../../api/use-call.ts'
import { attempt } from '../../api/workbench.ts'
import { bytes, count, percent, plural, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Bars } from '../../charts/Bars.tsx'
import { confirm } from '../../widgets/confirm.ts'
import { Deferred } from '../../widgets/Deferred.tsx'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { preparationRows } from '../../widgets/preparation.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Tag } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { SampleGrid } from './SampleGrid.tsx'
import styles from './datasets.module.css'

async function remove(id: string, name: string): Promise<void> {
  const yes = await confirm({
    title: `Remove ${name}?`,
    action: 'Remove the dataset',
    message:
      'Its frames and its split leave the library. The files it was imported from stay where they are, and runs trained on it keep their results.',
  })
  if (!yes || (await attempt('datasets.remove', { id }, 'The dataset could not be removed')) === null) return
  notify({ tone: 'success', title: 'Dataset removed', message: name })
  go({ view: 'datasets', page: 'list' })
  await refresh('datasets')
}

/** One dataset: balance, facts, skipped files, samples. */
export function DatasetPage({ id }: { readonly id: string }) {
  const job = useJobs((state) => jobOf(state.jobs, id))
  // While it is being imported there is nothing to read; the answer is asked for again when the job has ended.
  const { data, error } = useCall('datasets.get', job === undefined ? { id } : null)
  const [label, setLabel] = useState<number | null>(null)
  if (job !== undefined)
    return (
      <EmptyState icon={<Loader size="sm" />} title={job.title}>
        {job.detail}
        {job.progress === null ? '' : ` (${percent(job.progress, 0)})`}
      </EmptyState>
    )
  if (error !== null) {
    return (
      <EmptyState
        title="This dataset can't be shown"
        actions={
          <>
            <Button onClick={() => go({ view: 'datasets', page: 'list' })}>All datasets</Button>
            <Button variant="default" color="red" onClick={() => void remove(id, id)}>
              Remove it
            </Button>
          </>
        }
      >
        {error}
      </EmptyState>
    )
  }
  if (data === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the dataset…" />
  const total = (counts: readonly number[]) => counts.reduce((sum, value) => sum + value, 0)
  const [train, test] = [total(data.train), total(data.test)]
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2 title={data.name}>{data.name}</h2>
          <Tag>{plural(data.classes.length, 'class', 'classes')}</Tag>
          <Tag>{count(train)} train</Tag>
          <Tag>{count(test)} test</Tag>
          <span className={widgets.grow} />
          <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => void remove(id, data.name)}>
            Remove
          </Button>
          <Button leftSection={<IconBrain size={15} />} onClick={() => go({ view: 'training', page: 'new', dataset: id })}>
            Train on it
          </Button>
        </div>
        <div className={styles.columns}>
          <div className={styles.stack}>
            <Panel
              title="Class balance"
              help="chart.classes"
              aside={
                <span className={styles.key}>
                  <i data-split="train" />
                  train
                  <i data-split="test" />
                  test
                </span>
              }
            >
              <div className={styles.bars}>
                <Bars
                  label="Samples per class"
                  bars={data.classes.map((name, index) => ({
                    label: name,
                    text: `${data.train[index] ?? 0} + ${data.test[index] ?? 0}`,
                    parts: [
                      { value: data.train[index] ?? 0, color: '--accent' },
                      { value: data.test[index] ?? 0, color: '--series-2' },
                    ],
                  }))}
                />
              </div>
            </Panel>
            <Panel title="How samples are made">
              <Facts rows={preparationRows(data)} />
            </Panel>
            <Panel title="Facts">
              <Facts
                rows={[
                  ['Sample', `${data.shape.join(' × ')} (${data.dtype})`],
                  [
                    data.kind === 'images' ? 'Pictures' : 'Sensor',
                    data.sensors
                      ? `${data.sensors.length} sizes: ${data.sensors
                          .slice(0, 3)
                          .map(({ size: [high, wide], samples }) => `${wide} × ${high} (${samples})`)
                          .join(', ')}${data.sensors.length > 3 ? ', …' : ''}`
                      : `${data.sensor[1]} × ${data.sensor[0]} px`,
                  ],
                  [
                    'Formats',
                    Object.entries(data.formats)
                      .map(([format, files]) => `${format} (${count(files)})`)
                      .join(', '),
                  ],
                  // Pictures may come in published parts, which no share and no seed describe.
                  [
                    'Split',
                    data.kind === 'images'
                      ? `${percent(test / Math.max(1, train + test), 0)} for testing`
                      : `${percent(data.testShare, 0)} of each class for testing, seed ${data.seed}`,
                  ],
                  ['On disk', bytes(data.bytes)],
                  ['Source', data.source],
                  [
                    'Hash',
                    <code key="hash" className={styles.hash}>
                      {data.hash.slice(0, 16)}
                    </code>,
                  ],
                  ['Imported', since(data.created, new Date())],
                ]}
              />
            </Panel>
            {data.skippedFiles.length > 0 && (
              <Panel title={`${plural(data.skippedFiles.length, 'file')} skipped`}>
                <ul className={styles.skipped}>
                  {data.skippedFiles.slice(0, 200).map(({ file, reason }) => (
                    <li key={file}>
                      <b>{file}</b>
                      <span>{reason}</span>
                    </li>
                  ))}
                  {data.skippedFiles.length > 200 && <li>and {plural(data.skippedFiles.length - 200, 'more file')}</li>}
                </ul>
              </Panel>
            )}
          </div>
          <Deferred>
            <SampleGrid key={label} dataset={data} label={label} onLabel={setLabel} />
          </Deferred>
        </div>
      </div>
    </div>
  )
}
