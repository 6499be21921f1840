import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { campaign } from './kills.ts'

// `npm run survival` does 200 of them, in all phases.
it('killed with SIGKILL in an import and a training: nothing committed is lost, nothing half-written is visible, and all comes to the same end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'saccade-kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const report = await campaign({ kills: 2, seed: 8, folder, perClass: 4, round: ['import', 'train'], victims: ['all'], mostRounds: 1 })
  expect(report).toMatchObject({ differing: [], crashes: [] })
  expect(report.kills.flatMap(({ faults }) => faults)).toEqual([])
  expect(report.kills.length).toBeGreaterThan(0)
}, 180_000)
