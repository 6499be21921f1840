import { Button, Loader } from '@mantine/core'
import { IconDatabase, IconFolderPlus } from '@tabler/icons-react'
import { isActive, useJobs } from '../../api/jobs.ts'
import { useLibrary } from '../../api/library.ts'
import { count, percent, plural } from '../../app/format.ts'
import { go, useRoute } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { SideList, type SideItem } from '../../widgets/SideList.tsx'
import { StarterButton } from '../../widgets/StarterButton.tsx'
import { DatasetPage } from './DatasetPage.tsx'
import { ImportPage } from './ImportPage.tsx'
import { SampleThumb } from './SampleThumb.tsx'

const toImport = () => go({ view: 'datasets', page: 'import', folder: null })

function NoDatasets() {
  return (
    <EmptyState
      icon={<IconDatabase size={34} stroke={1.3} />}
      title="No datasets yet"
      actions={
        <>
          <Button leftSection={<IconFolderPlus size={15} />} onClick={toImport}>
            Import a folder
          </Button>
          <StarterButton variant="default" />
        </>
      }
    >
      A dataset is made from a folder of recordings with one subfolder per class, or with a labels file. Its frames are computed once, split
      into train and test, and kept in the library.
    </EmptyState>
  )
}

/** Datasets and imports under way, newest first. */
function useItems(): readonly SideItem[] | null {
  const datasets = useLibrary((state) => state.datasets)
  const jobs = useJobs((state) => state.jobs)
  if (datasets === null) return null
  const imports = jobs.filter(
    (job) => job.kind === 'import' && isActive(job) && job.subject !== null && !datasets.some((dataset) => dataset.id === job.subject),
  )
  const sum = (counts: readonly number[]) => counts.reduce((total, value) => total + value, 0)
  return [
    ...imports.map((job): SideItem => ({
      id: job.subject ?? job.id,
      title: job.title,
      note: job.progress === null ? job.detail : `importing, ${percent(job.progress, 0)}`,
      tag: <Loader size={13} />,
    })),
    ...datasets.map((dataset): SideItem => {
      const samples = sum(dataset.train) + sum(dataset.test)
      return {
        id: dataset.id,
        title: dataset.name,
        note: `${plural(dataset.classes.length, 'class', 'classes')}, ${count(samples)} samples`,
        picture: samples > 0 ? <SampleThumb dataset={dataset.id} version={dataset.hash} index={Math.floor(samples / 3)} /> : undefined,
      }
    }),
  ]
}

/** Datasets: the list with one of them, or the import of a new one. */
export default function DatasetsView() {
  const route = useRoute((state) => state.route)
  const items = useItems()
  if (route.view !== 'datasets') return null
  if (route.page === 'import') return <ImportPage key={route.folder ?? ''} start={route.folder} />
  if (items === null) return <EmptyState icon={<Loader size="sm" />} title="Reading the library…" />
  const id = route.page === 'dataset' ? route.id : items[0]?.id
  if (id === undefined) return <NoDatasets />
  return (
    <SideList
      label="Datasets"
      items={items}
      current={id}
      onOpen={(chosen) => go({ view: 'datasets', page: 'dataset', id: chosen })}
      actions={
        <Button variant="default" leftSection={<IconFolderPlus size={15} />} onClick={toImport}>
          Import a folder
        </Button>
      }
    >
      <DatasetPage key={id} id={id} />
    </SideList>
  )
}
