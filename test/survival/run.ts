/**
 * npm run survival: 200 kill -9 at random moments of a workbench's life, and every fault of a machine that can be made here. Prints
 * what was found. --kills N, --seed N; --only kills|faults.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { duration, table } from '../../main/headless/terminal.ts'
import { campaign, type CampaignReport } from './kills.ts'
import { victims } from './lives.ts'
import { phases } from './story.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } } })

const round = ['catalogue', 'import', 'import', 'import', 'train', 'train', 'train', 'train', 'export', 'export', 'update', 'update', 'remove'] as const

function print({ kills, rounds, differing, told, crashes }: CampaignReport, seconds: number): boolean {
  const rows = phases.map((phase) => {
    const here = kills.filter((kill) => kill.phase === phase)
    const count = (test: (kill: (typeof here)[number]) => boolean): string => String(here.filter(test).length)
    return [phase, String(here.length), ...victims.map((victim) => count((kill) => kill.victim === victim)), count(({ how }) => how === 'at a write'), count(({ faults }) => faults.length > 0)]
  })
  console.log(`\n${table(rows, ['killed in', 'kills', 'all', 'workbench', 'task', 'at a write', 'faults found'])}`)
  const found = kills.flatMap(({ faults }) => faults)
  console.log(`\n${kills.length} kills in ${duration(seconds)}, ${rounds} libraries: ${found.length} faults after a new start, ${differing.length} libraries whose end differs from the undisturbed one.`)
  if (told.size > 0) console.log(`\nWhat was said of work that was cut off:\n${table([...told].sort((a, b) => b[1] - a[1]).map(([text, times]) => [`${times}x`, text]))}`)
  for (const line of [...found, ...differing, ...crashes]) console.log(`FAULT ${line}`)
  return found.length === 0 && differing.length === 0 && crashes.length === 0
}

const folder = mkdtempSync(join(tmpdir(), 'saccade-survival-'))
let sound = true
try {
  if (values.only !== 'faults') {
    const start = performance.now()
    const report = await campaign({ kills: Number(values.kills), seed: Number(values.seed), folder, perClass: 12, round, say: (line) => console.log(line) })
    sound = print(report, (performance.now() - start) / 1000)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = sound ? 0 : 1
