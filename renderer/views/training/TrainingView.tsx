import { useRoute } from '../../app/route.ts'
import { AnalysisPage } from '../analysis/AnalysisPage.tsx'
import { DevicesPage } from './DevicesPage.tsx'
import { ExperimentPage } from './ExperimentPage.tsx'
import { NewRunPage } from './NewRunPage.tsx'
import { RecipePage } from './recipes/RecipePage.tsx'
import { RecipesPage } from './recipes/RecipesPage.tsx'
import { RunPage } from './RunPage.tsx'
import { RunsPage } from './RunsPage.tsx'

/** Training: all runs, one of them, an experiment, the papers' recipes, or a new one. */
export default function TrainingView() {
  const route = useRoute((state) => state.route)
  if (route.view !== 'training') return null
  if (route.page === 'run') return <RunPage key={route.id} id={route.id} />
  if (route.page === 'experiment') return <ExperimentPage key={route.id} id={route.id} />
  if (route.page === 'analysis') return <AnalysisPage key={route.id} id={route.id} kind={route.kind} />
  if (route.page === 'devices') return <DevicesPage />
  if (route.page === 'recipes') return route.id === null ? <RecipesPage /> : <RecipePage key={route.id} id={route.id} />
  return route.page === 'new' ? <NewRunPage dataset={route.dataset} /> : <RunsPage />
}
