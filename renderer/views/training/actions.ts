import { forgetRun } from '../../api/runs.ts'
import { refresh } from '../../api/library.ts'
import { notify } from '../../api/notices.ts'
import { attempt } from '../../api/workbench.ts'
import { go } from '../../app/route.ts'
import { confirm } from '../../widgets/confirm.ts'
import { pick } from '../../widgets/picker.ts'

/** Stops a run after saving. */
export async function stopRun(id: string): Promise<void> {
  await attempt('runs.stop', { id }, 'The run could not be stopped')
}

/** Goes on with a stopped or failed run from its last checkpoint. */
export async function resumeRun(id: string): Promise<void> {
  await attempt('runs.resume', { id }, 'The run could not be resumed')
}

/** Saves a run as a zip in a folder that the user chooses; the job bar shows how far it is and where it lies. */
export async function saveRun(id: string): Promise<void> {
  const path = await pick('target')
  if (path !== null) await attempt('runs.pack', { id, path }, 'The run could not be saved')
}

/** Imports a run that was saved as a zip. */
export async function importRun(): Promise<void> {
  const path = await pick('archive')
  if (path !== null) await attempt('runs.unpack', { path }, 'The run could not be imported')
}

/** Removes a run after asking. */
export async function removeRun(id: string, name: string): Promise<void> {
  const yes = await confirm({
    title: `Remove ${name}?`,
    action: 'Remove the run',
    message: 'Its curves and checkpoints are deleted. Models exported from it stay.',
  })
  if (!yes || (await attempt('runs.remove', { id }, 'The run could not be removed')) === null) return
  notify({ tone: 'success', title: 'Run removed', message: name })
  go({ view: 'training', page: 'list' })
  forgetRun(id)
  await refresh('runs')
}
