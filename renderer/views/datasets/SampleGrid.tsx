import { useState } from 'react'
import { Button, Modal, Pagination, Select } from '@mantine/core'
import { IconWaveSine } from '@tabler/icons-react'
import type { CallOutput, DatasetSummary } from '../../../preload/contract/index.ts'
import { useCall } from '../../api/use-call.ts'
import { baseName, count, duration, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { FrameGrid } from '../../widgets/FrameGrid.tsx'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import { SampleThumb, useSampleFrames } from './SampleThumb.tsx'
import styles from './datasets.module.css'

type Sample = CallOutput<'datasets.samples'>['samples'][number]

const perPage = 40

/** Path of a sample's recording: its dataset's source folder and the file in it, in the way of the source's system. */
export function recordingPath(source: string, file: string): string {
  if (/^(\/|[A-Za-z]:[\\/])/.test(file)) return file
  const separator = source.includes('\\') ? '\\' : '/'
  return `${source.replace(/[\\/]$/, '')}${separator}${file.replaceAll(/[\\/]/g, separator)}`
}

/** One sample: its frames, what is known of it, and the way to its recording. */
export function SampleDetails({ dataset, sample }: { readonly dataset: DatasetSummary; readonly sample: Sample }) {
  const frames = useSampleFrames(dataset.id, dataset.hash, sample.index)
  const pictures = dataset.kind === 'images'
  return (
    <div className={styles.details}>
      {frames !== null && <FrameGrid data={frames.data} shape={frames.shape} columns={5} />}
      <div className={styles.detailFacts}>
        <Facts
          rows={[
            ['Class', dataset.classes[sample.label] ?? '–'],
            ['Split', sample.split],
            [
              'Events',
              pictures ? null : sample.kept === undefined ? count(sample.events) : `${count(sample.kept)} of ${count(sample.events)}`,
            ],
            ['Duration', pictures ? null : duration(sample.durationUs)],
            ['File', sample.file],
            [
              'SHA-256',
              <code key="hash" className={styles.hash}>
                {sample.hash.slice(0, 24)}…
              </code>,
            ],
          ]}
        />
        {!pictures && (
          <Button
            variant="default"
            leftSection={<IconWaveSine size={15} />}
            onClick={() => go({ view: 'recordings', path: recordingPath(dataset.source, sample.file), ...(sample.cut && { cut: sample.cut }) })}
          >
            Watch the recording
          </Button>
        )}
      </div>
      {sample.problems.length > 0 && <Problems problems={sample.problems} />}
    </div>
  )
}

/** Samples with their frames, of all classes or of one. */
export function SampleGrid(props: {
  readonly dataset: DatasetSummary
  readonly label: number | null
  readonly onLabel: (label: number | null) => void
}) {
  const { dataset, label } = props
  const [page, setPage] = useState(1)
  const [chosen, setChosen] = useState<Sample | null>(null)
  const { data, error } = useCall('datasets.samples', { id: dataset.id, from: (page - 1) * perPage, count: perPage, label }, true)
  return (
    <Panel
      title="Samples"
      aside={
        <>
          <span className={styles.key}>{data === null ? '' : plural(data.total, 'sample')}</span>
          <Select
            aria-label="Class of the samples"
            w={150}
            searchable
            value={label === null ? 'all' : String(label)}
            onChange={(value) => props.onLabel(value === null || value === 'all' ? null : Number(value))}
            data={[
              { value: 'all', label: 'All classes' },
              ...dataset.classes.map((name, index) => ({ value: String(index), label: name })),
            ]}
          />
        </>
      }
    >
      {error !== null && <Failure message={error} />}
      <ul className={styles.samples}>
        {data?.samples.map((sample) => (
          <li key={sample.index}>
            <button
              type="button"
              onClick={() => setChosen(sample)}
              title={sample.file}
              aria-label={`Sample ${baseName(sample.file)}, class ${dataset.classes[sample.label] ?? ''}, ${sample.split}`}
            >
              <SampleThumb dataset={dataset.id} version={dataset.hash} index={sample.index} />
              <span>
                {dataset.classes[sample.label]}
                {sample.split === 'test' && <i data-split="test" title="kept apart for testing" />}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {data !== null && data.total > perPage && (
        <Pagination
          className={styles.pages}
          size="sm"
          total={Math.ceil(data.total / perPage)}
          value={page}
          onChange={setPage}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
        />
      )}
      <Modal opened={chosen !== null} onClose={() => setChosen(null)} title={chosen === null ? '' : baseName(chosen.file)} size={720}>
        {chosen !== null && <SampleDetails dataset={dataset} sample={chosen} />}
      </Modal>
    </Panel>
  )
}
