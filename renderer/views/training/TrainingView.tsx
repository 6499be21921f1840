import { useRoute } from '../../app/route.ts'
import { DevicesPage } from './DevicesPage.tsx'
import { ExperimentPage } from './ExperimentPage.tsx'
import { NewRunPage } from './NewRunPage.tsx'
import { RunPage } from './RunPage.tsx'
import { RunsPage } from './RunsPage.tsx'

/** Training: all runs, one of them, an experiment, or a new one. */
export default function TrainingView() {
  const route = useRoute((state) => state.route)
  if (route.view !== 'training') return null
  if (route.page === 'run') return <RunPage key={route.id} id={route.id} />
  if (route.page === 'experiment') return <ExperimentPage key={route.id} id={route.id} />
  if (route.page === 'devices') return <DevicesPage />
  return route.page === 'new' ? <NewRunPage dataset={route.dataset} /> : <RunsPage />
}
