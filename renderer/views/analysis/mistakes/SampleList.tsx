import { useState } from 'react'
import { Alert, Modal, Pagination } from '@mantine/core'
import type { CallOutput, DatasetSummary } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { ask, messageOf } from '../../../api/workbench.ts'
import { baseName } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { recordingPath, SampleDetails } from '../../datasets/SampleGrid.tsx'
import { SampleThumb } from '../../datasets/SampleThumb.tsx'
import styles from './mistakes.module.css'

type Sample = CallOutput<'datasets.samples'>['samples'][number]

export interface Item {
  readonly row: number
  /** Beneath the thumbnail: what is said of the sample. */
  readonly note: string
  readonly title?: string
}

const perPage = 24

/**
 * Samples with their thumbnails. Each opens its recording on the stage, at the stretch that it was made from; where the recording has
 * gone, and for pictures, the sample itself.
 */
export function SampleList({ dataset, items, label }: { readonly dataset: DatasetSummary; readonly items: readonly Item[]; readonly label: string }) {
  const [page, setPage] = useState(1)
  const [opened, setOpened] = useState<{ sample: Sample; gone: string | null } | null>(null)
  const pages = Math.max(1, Math.ceil(items.length / perPage))
  const first = (Math.min(page, pages) - 1) * perPage
  const shown = items.slice(first, first + perPage)
  const rows = shown.map(({ row }) => row)
  const { data } = useCall('datasets.samples', rows.length === 0 ? null : { id: dataset.id, from: 0, count: perPage, rows }, true)
  const open = async (sample: Sample) => {
    if (dataset.kind === 'images') return setOpened({ sample, gone: null })
    const path = recordingPath(dataset.source, sample.file)
    try {
      await ask('recordings.open', { path })
      go({ view: 'recordings', path, ...(sample.cut && { cut: sample.cut }) })
    } catch (error) {
      setOpened({ sample, gone: messageOf(error) })
    }
  }
  return (
    <div className={styles.stack}>
      <ul className={styles.samples} aria-label={label}>
        {shown.map(({ row, note, title }) => {
          const sample = data?.samples.find(({ index }) => index === row)
          const name = sample === undefined ? `sample ${row}` : baseName(sample.file)
          return (
            <li key={row}>
              <button type="button" disabled={sample === undefined} title={title ?? name} aria-label={`Open ${name}, ${note}`} onClick={() => sample && void open(sample)}>
                <SampleThumb dataset={dataset.id} version={dataset.hash} index={row} />
                <span>{note}</span>
              </button>
            </li>
          )
        })}
      </ul>
      {pages > 1 && <Pagination size="sm" total={pages} value={Math.min(page, pages)} onChange={setPage} getItemProps={(item) => ({ 'aria-label': `Page ${item}` })} getControlProps={(control) => ({ 'aria-label': `${control} page` })} />}
      <Modal opened={opened !== null} onClose={() => setOpened(null)} title={opened === null ? '' : baseName(opened.sample.file)} size={720}>
        {opened?.gone && (
          <Alert color="yellow" mb={10}>
            The recording can’t be opened, so this is the sample as the dataset keeps it. {opened.gone}
          </Alert>
        )}
        {opened && <SampleDetails dataset={dataset} sample={opened.sample} />}
      </Modal>
    </div>
  )
}
