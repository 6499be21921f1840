import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { framesPath, openDataset } from '../../main/datasets/dataset.ts'
import { Database } from '../../main/library/database.ts'
import { forkNode } from '../../main/training/child.ts'
import { readTestScore } from '../../main/training/run-store.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { figures, weights } from '../training/compare.ts'
import { names, type Fact } from './story.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What a life leaves when nothing disturbs it, by numbers that no clock and no chance is in. */
export interface Outcome {
  /** Of each dataset by its name: hash of its manifest's content, SHA-256 of its frames. */
  readonly datasets: Readonly<Record<string, { readonly hash: string; readonly frames: string; readonly samples: number }>>
  readonly epochs: ReturnType<typeof figures>
  /** Every tensor of the last and the best checkpoint, and the score of the test split. */
  readonly weights: string | null
  readonly test: unknown
  readonly rows: readonly string[]
}

export interface Found {
  readonly outcome: Outcome
  /** What must not be; empty after every kill. */
  readonly faults: readonly string[]
  /** What the new start tells of work that was cut off. */
  readonly told: readonly string[]
}

/** Starts a workbench on a library anew and looks at all that is in it. @param facts what earlier lives have told as committed */
export async function look(library: string, facts: readonly Fact[]): Promise<Found> {
  const faults: string[] = []
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault))
  const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode })
  try {
    const { datasets: listed } = await workbench.call('datasets.list', {})
    const { runs } = await workbench.call('runs.list', {})
    const { models } = await workbench.call('models.list', {})
    const { notices } = await workbench.call('library.notices', {})
    const { recordings } = await workbench.call('library.recordings', { filter: '', sort: 'name', descending: false, count: 1000 })
    const { jobs } = await workbench.call('jobs.history', {})
    const { settings, problem } = await workbench.call('settings.get', {})
    for (const { severity, message } of notices) expect(severity !== 'error', `notice: ${message}`)
    for (const { id } of [...listed, ...models]) expect(!id.startsWith('.') && !/tmp/.test(id), `a temporary folder is listed: ${id}`)

    const datasets: Record<string, Outcome['datasets'][string]> = {}
    for (const { id, name } of listed) {
      const dataset = openDataset(join(library, 'datasets', id))
      for (let i = 0; i < dataset.count; i++) expect(dataset.sample(i).length === dataset.sampleLength, `${id}: sample ${i} can't be read`)
      dataset.close()
      datasets[name] = { hash: dataset.manifest.hash, samples: dataset.count, frames: sha256(readFileSync(framesPath(dataset.directory, dataset.manifest))) }
    }
    const run = runs.find(({ config }) => config.name === names.run)
    const folder = join(library, 'runs', run?.id ?? '')
    for (const { state, message, id } of runs) {
      if (state === 'failed') expect(/[Rr]esume/.test(message ?? ''), `run ${id} has failed and doesn't say how it goes on: ${message}`)
    }
    for (const { id, path, ...model } of models) {
      expect('proof' in model && model.proof.samples > 0, `model ${id} has no proof`)
      if ('files' in model) for (const { name, hash } of model.files ?? []) expect(sha256(readFileSync(join(dirname(path), name))) === hash, `model ${id}: ${name} is not what was proven`)
    }
    for (const { path, failure, events } of recordings) expect(failure === null && events > 0, `catalogue: ${path} is half there`)

    // What was told as committed.
    const epochs = run ? figures(folder) : []
    const least = Math.max(0, ...facts.map((fact) => fact.epochs ?? 0))
    expect(epochs.length >= least, `${least} epochs were finished, ${epochs.length} are left`)
    if (facts.some(({ finished }) => finished)) expect(run?.state === 'finished' && run.test !== undefined, `the finished run is ${run?.state ?? 'gone'}`)
    if (facts.some(({ model }) => model)) expect(models.length > 0, 'the exported model is gone')
    const removing = facts.some((fact) => fact.removing)
    for (const { dataset } of facts) if (dataset !== undefined && !(dataset === names.removed && removing)) expect(dataset in datasets, `dataset "${dataset}" is gone`)
    if (facts.some(({ removed }) => removed)) expect(!(names.removed in datasets), 'a removed dataset is back')
    const rows = Math.max(0, ...facts.map((fact) => fact.rows ?? 0))
    expect(recordings.length >= rows, `${rows} recordings were known, ${recordings.length} are left`)
    const memory = facts.findLast((fact) => fact.memoryBytes !== undefined)?.memoryBytes
    expect(problem === null, `settings: ${problem}`)
    expect(memory === undefined || (settings.memoryBytes ?? 0) >= memory, `a setting is lost: ${settings.memoryBytes}, it was ${memory}`)

    const told = jobs.flatMap(({ title, error }) => (error === null ? [] : [`${title}: ${error}`]))
    const weightsHash = run?.state === 'finished' ? sha256(Buffer.from(JSON.stringify([weights(folder, 'last'), weights(folder, 'best')]))) : null
    const test = run?.state === 'finished' && existsSync(folder) ? readTestScore(folder) : null
    const catalogued = recordings.map(({ name, events, hash }) => `${name} ${events} ${hash}`).sort()
    return { faults, told, outcome: { datasets, epochs, weights: weightsHash, test, rows: catalogued } }
  } finally {
    await workbench.close()
    const db = Database.open(join(library, 'library.db'))
    expect(db.integrity() === 'ok', `library.db: ${db.integrity()}`)
    db.close()
  }
}
