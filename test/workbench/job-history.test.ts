import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { thisProcess } from '../../main/training/lock.ts'
import { Database } from '../../main/library/database.ts'
import { EntryTable } from '../../main/library/entries.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

const begun = { title: 'Import digits', subject: 'digits', started: '2026-01-01T00:00:00.000Z' }

describe('jobs whose process died', () => {
  it('are told of once, with what was kept and what to do, and stand in the history', async () => {
    const library = temporaryFolder('lost-jobs')
    const db = Database.open(join(library, 'library.db'))
    const entries = new EntryTable(db)
    const dead = JSON.stringify({ ...thisProcess(), pid: 2 ** 22 + 1 })
    entries.beginJob({ kind: 'import', ...begun }, dead)
    entries.beginJob({ kind: 'export', ...begun, title: 'Export net' }, 'nothing that can be read')
    entries.beginJob({ kind: 'training', ...begun, title: 'Train net' }, JSON.stringify(thisProcess()))
    db.close()
    for (const told of [2, 0]) {
      const bench = openBench(library)
      const { notices } = await bench.call('library.notices', {})
      expect(notices).toHaveLength(told)
      if (told > 0) {
        expect(notices[0]).toMatchObject({ severity: 'warning', message: expect.stringMatching(/^Import digits: Saccade ended before.*kept: start the same import again/) })
        expect(notices[1]?.message).toMatch(/^Export net: .*nothing half-written is left: export it again/)
      }
      // What another process that lives is doing is neither lost nor ended.
      const { jobs } = await bench.call('jobs.history', {})
      expect(jobs.map(({ title, state }) => [title, state])).toEqual([['Export net', 'failed'], ['Import digits', 'failed']])
      await bench.workbench.close()
    }
  })

  it('that ended leave one line', async () => {
    const bench = openBench(temporaryFolder('history'))
    const { job } = await bench.call('runs.unpack', { path: '/nowhere/run.zip' })
    await bench.ended(job)
    await expect.poll(async () => (await bench.call('jobs.history', {})).jobs.map(({ title, state }) => [title, state])).toEqual([['Import run.zip', 'failed']])
    await bench.workbench.close()
  })
})
