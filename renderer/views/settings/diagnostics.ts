import { notify } from '../../api/notices.ts'
import { attempt } from '../../api/workbench.ts'
import { pick } from '../../widgets/picker.ts'

/** Asks for a folder and saves the diagnostics there. */
export async function saveDiagnostics(): Promise<void> {
  const path = await pick('target')
  if (path === null) return
  const saved = await attempt('log.diagnostics', { path }, 'The diagnostics could not be saved')
  if (saved === null) return
  notify({ tone: 'success', title: 'Diagnostics saved', message: `${saved.path}: versions, devices, settings, log and history of jobs; no recordings.` })
}
