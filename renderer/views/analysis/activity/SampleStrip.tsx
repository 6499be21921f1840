import { ActionIcon, Select } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import type { DatasetSummary } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { baseName } from '../../../app/format.ts'
import { SampleThumb } from '../../datasets/SampleThumb.tsx'
import styles from './activity.module.css'

const perPage = 10

export interface StripPlace {
  readonly label: number | null
  readonly page: number
}

/** A few samples to choose from, of all classes or of one; arrows go on. */
export function SampleStrip(props: {
  readonly dataset: DatasetSummary
  readonly place: StripPlace
  readonly onPlace: (place: StripPlace) => void
  readonly row: number
  readonly onRow: (row: number) => void
}) {
  const { dataset, row } = props
  const { label, page } = props.place
  const { data } = useCall('datasets.samples', { id: dataset.id, from: page * perPage, count: perPage, label }, true)
  const pages = Math.max(1, Math.ceil((data?.total ?? 1) / perPage))
  return (
    <div className={styles.strip}>
      <Select
        label="Class"
        w={140}
        searchable
        value={label === null ? 'all' : String(label)}
        data={[{ value: 'all', label: 'All classes' }, ...dataset.classes.map((name, c) => ({ value: String(c), label: name }))]}
        onChange={(value) => props.onPlace({ label: value === null || value === 'all' ? null : Number(value), page: 0 })}
      />
      <ActionIcon aria-label="Earlier samples" disabled={page === 0} onClick={() => props.onPlace({ label, page: page - 1 })}>
        <IconChevronLeft size={17} />
      </ActionIcon>
      <ul aria-label="Samples" className={styles.tiles}>
        {data?.samples.map((sample) => (
          <li key={sample.index}>
            <button type="button" aria-pressed={sample.index === row} title={sample.file} aria-label={`Look at ${baseName(sample.file)}, ${sample.split}`} onClick={() => props.onRow(sample.index)}>
              <SampleThumb dataset={dataset.id} version={dataset.hash} index={sample.index} />
              <span>{dataset.classes[sample.label]}</span>
            </button>
          </li>
        ))}
      </ul>
      <ActionIcon aria-label="Later samples" disabled={page + 1 >= pages} onClick={() => props.onPlace({ label, page: page + 1 })}>
        <IconChevronRight size={17} />
      </ActionIcon>
    </div>
  )
}
