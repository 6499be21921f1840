import { useRoute } from '../../app/route.ts'
import { ModelList } from './ModelList.tsx'
import { ModelPage } from './ModelPage.tsx'

/** Models: the list, or one of them. */
export default function ModelsView() {
  const route = useRoute((state) => state.route)
  if (route.view !== 'models') return null
  return route.page === 'model' ? <ModelPage key={route.id} id={route.id} /> : <ModelList />
}
