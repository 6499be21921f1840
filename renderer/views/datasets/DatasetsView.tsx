import { useRoute } from '../../app/route.ts'
import { DatasetList } from './DatasetList.tsx'
import { DatasetPage } from './DatasetPage.tsx'
import { ImportPage } from './ImportPage.tsx'

/** Datasets: the list, one of them, or the import of a new one. */
export default function DatasetsView() {
  const route = useRoute((state) => state.route)
  if (route.view !== 'datasets') return null
  if (route.page === 'dataset') return <DatasetPage key={route.id} id={route.id} />
  return route.page === 'import' ? <ImportPage key={route.folder ?? ''} start={route.folder} /> : <DatasetList />
}
