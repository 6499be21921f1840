import type { ExportSettings } from '../../preload/contract/index.ts'
import { attempt } from '../api/workbench.ts'
import { go } from './route.ts'

/** Exports a run's checkpoint and shows the model that is being made. */
export async function exportRun(run: string, checkpoint: 'best' | 'last', settings?: ExportSettings): Promise<void> {
  const answer = await attempt('models.export', { run, checkpoint, ...(settings && { settings }) }, 'The export could not be started')
  if (answer !== null) go({ view: 'models', page: 'model', id: answer.model })
}
