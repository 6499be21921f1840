import { notify } from '../api/notices.ts'
import { attempt } from '../api/workbench.ts'

/** Starts the starter project's job. */
export async function createStarterProject(): Promise<void> {
  const answer = await attempt('starter.create', {}, 'The starter project could not be started')
  if (answer === null) return
  notify({
    tone: 'info',
    title: 'Making the starter project',
    message: 'Simulated recordings, a dataset, a small network and its export. It takes a few minutes; the bar below shows how far it is.',
  })
}
