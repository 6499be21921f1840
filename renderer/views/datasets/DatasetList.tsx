import { Button, Skeleton } from '@mantine/core'
import { IconDatabase, IconFolderPlus } from '@tabler/icons-react'
import type { DatasetSummary } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { bytes, count, plural, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import { Tag } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { SampleThumb } from './SampleThumb.tsx'
import styles from './datasets.module.css'

const sum = (counts: readonly number[]) => counts.reduce((total, value) => total + value, 0)

/** Samples spread over a dataset, for its picture. */
export function spread(total: number, wanted: number): number[] {
  const shown = Math.min(total, wanted)
  return Array.from({ length: shown }, (_, index) => Math.floor(((index + 0.5) * total) / shown))
}

function DatasetCard({ dataset }: { readonly dataset: DatasetSummary }) {
  const [train, test] = [sum(dataset.train), sum(dataset.test)]
  const most = Math.max(1, ...dataset.classes.map((_, index) => (dataset.train[index] ?? 0) + (dataset.test[index] ?? 0)))
  return (
    <article className={styles.card}>
      <button type="button" className={styles.cardLink} onClick={() => go({ view: 'datasets', page: 'dataset', id: dataset.id })} aria-label={`Open dataset ${dataset.name}`}>
        <div className={styles.strip}>
          {spread(train + test, 8).map((index) => <SampleThumb key={index} dataset={dataset.id} version={dataset.hash} index={index} label="" />)}
        </div>
        <div className={styles.cardBody}>
          <h3>{dataset.name}</h3>
          <p>
            {plural(dataset.classes.length, 'class', 'classes')} · {count(train)} train, {count(test)} test · {dataset.shape.join('×')} · {bytes(dataset.bytes)}
          </p>
          <div className={styles.balance} aria-hidden>
            {dataset.classes.map((name, index) => (
              <i key={name} style={{ height: `${Math.max(6, (((dataset.train[index] ?? 0) + (dataset.test[index] ?? 0)) / most) * 100)}%` }} />
            ))}
          </div>
          <div className={styles.cardFoot}>
            <span>{since(dataset.created, new Date())}</span>
            {dataset.skipped > 0 && <Tag tone="warn">{plural(dataset.skipped, 'file')} skipped</Tag>}
          </div>
        </div>
      </button>
    </article>
  )
}

/** All datasets of the library. */
export function DatasetList() {
  const datasets = useLibrary((state) => state.datasets)
  if (datasets === null) return <div className={widgets.inner}><Skeleton height={180} radius={8} /></div>
  if (datasets.length === 0) {
    return (
      <EmptyState
        icon={<IconDatabase size={34} stroke={1.3} />}
        title="No datasets yet"
        actions={(
          <>
            <Button leftSection={<IconFolderPlus size={15} />} onClick={() => go({ view: 'datasets', page: 'import', folder: null })}>Import a folder</Button>
            <StarterButton variant="default" />
          </>
        )}
      >
        A dataset is made from a folder of recordings with one subfolder per class, or with a labels file. Its frames are computed once,
        split into train and test, and kept in the library.
      </EmptyState>
    )
  }
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2>{plural(datasets.length, 'dataset')}</h2>
          <span className={widgets.grow} />
          <Button leftSection={<IconFolderPlus size={15} />} onClick={() => go({ view: 'datasets', page: 'import', folder: null })}>Import a folder</Button>
        </div>
        <div className={styles.cards}>{datasets.map((dataset) => <DatasetCard key={dataset.id} dataset={dataset} />)}</div>
      </div>
    </div>
  )
}
