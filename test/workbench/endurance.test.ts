import { afterAll, describe, expect, test } from 'vitest'
import { beginUse } from '../bench/endurance-use.ts'
import { temporaryFolder } from '../support/workbench.ts'

const root = temporaryFolder('endurance', afterAll)

// The week itself is "npm run bench -- endurance"; here minutes of it, held to exact facts. Only Linux tells them (/proc).
describe.skipIf(process.platform !== 'linux')('a workbench in use, counted in /proc (skipped where the system has none)', () => {
  test('holds the same files, threads, processes, listeners and rows before and after, and ends when nothing keeps it', async () => {
    // One data worker: which one of several keeps a recording open is decided by how busy they are.
    const use = await beginUse(root, { threads: 1 })
    await use.visit(8, 0, 1)
    const { held: before } = await use.facts()
    expect(before).toMatchObject({ processes: 0, rows: { datasets: 1, runs: 0, files: 16 } })
    await use.visit(8, 2, 2)
    // Two windows are one more than one: what the first left behind would be there twice.
    await expect.poll(async () => steady((await use.facts()).held)).toEqual(steady(before))
    const { held: after } = await use.facts()
    expect(after.rows['jobs']! - before.rows['jobs']!).toBe(2)
    expect(await use.close()).toBe(0)
  })
})

/** Without what grows on purpose, within bounds that have tests of their own (jobs.test.ts, log.test.ts, library.test.ts). */
function steady<T extends { readonly rows: Readonly<Record<string, number>> }>({ rows: { jobs: _, ...rows }, ...held }: T): object {
  return { ...held, rows, jobs: 0, logBytes: 0 }
}
