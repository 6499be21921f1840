import { z } from 'zod'
import type { Job } from '../../preload/contract/index.ts'
import type { EndedJob, EntryTable } from '../library/entries.ts'
import { isAlive, thisProcess } from '../training/lock.ts'

const ownerSchema = z.object({ pid: z.number(), updated: z.string(), started: z.string().optional() })

/** What is left of a job whose process died, and what to do; of all others nothing is left. */
const left: Readonly<Record<string, string>> = {
  import: 'What was imported so far is kept: start the same import again, and it goes on where it was.',
  training: 'All finished epochs are kept: resume the run.',
  experiment: 'All finished runs are kept: continue the experiment.',
  export: 'The run is as it was, and nothing half-written is left: export it again.',
  analysis: 'The run is as it was: start the analysis again.',
  evaluation: 'The run is as it was: start the evaluation again.',
  starter: 'What was made so far is kept: create the starter project again, and it goes on where it was.',
}

/** Jobs in the library's database: those under way, so that a next start can tell of them should this process die, and those that ended. */
export class JobHistory {
  readonly #entries: EntryTable
  readonly #rows = new Map<string, number>()

  constructor(entries: EntryTable) {
    this.#entries = entries
  }

  began({ id, kind, title, subject, started }: Job): void {
    if (kind === 'survey') return
    const row = this.#entries.beginJob({ kind, title, subject, started }, JSON.stringify(thisProcess()))
    if (row !== undefined) this.#rows.set(id, row)
  }

  ended(job: Job): void {
    if (job.kind === 'survey') return
    const row = this.#rows.get(job.id)
    this.#rows.delete(job.id)
    this.#entries.addJob({ ...job, ended: new Date().toISOString() }, row)
  }
}

/** Puts what processes that died had under way into the history, with what was kept of it and what to do. */
export function endLostJobs(entries: EntryTable): EndedJob[] {
  return entries.endLost((job, owner) => {
    if (lives(owner)) return null
    const error = `Saccade ended before this was done (killed, out of memory or a power cut). ${left[job.kind] ?? 'Nothing half-written is left: start it again.'}`
    return { ...job, state: 'failed', detail: '', error, ended: new Date().toISOString() }
  })
}

function lives(owner: string): boolean {
  try {
    return isAlive(ownerSchema.parse(JSON.parse(owner)))
  } catch {
    return false
  }
}
