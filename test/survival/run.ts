/**
 * npm run survival: 200 kill -9 at random moments of a workbench's life, then every fault of a machine that can be made here. Prints
 * what was found and said. --kills N, --seed N; --only kills|faults.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { duration, table } from '../../main/headless/terminal.ts'
import { countTests, readReport } from '../../scripts/test-report.ts'
import { campaign, type CampaignReport } from './kills.ts'
import { victims } from './lives.ts'
import { phases } from './story.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } } })

const round = ['catalogue', 'import', 'import', 'import', 'train', 'train', 'train', 'train', 'export', 'export', 'update', 'update', 'remove'] as const

/** @returns whether nothing was found */
function printKills({ kills, rounds, differing, told, crashes }: CampaignReport, seconds: number): boolean {
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

/** The faults are tests: what each said is printed beside them. @returns whether all passed */
function faults(folder: string): boolean {
  const root = join(import.meta.dirname, '../..')
  const [report, said] = [join(folder, 'report.json'), join(folder, 'said.jsonl')]
  const args = ['run', '--project', 'unit', 'test/survival', '--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`]
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    cwd: root, stdio: 'inherit', env: { ...process.env, SACCADE_SURVIVAL: 'full', SACCADE_SURVIVAL_REPORT: said },
  })
  const lines = existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { fault: string; message: string | null }) : []
  const short = (text: string | null): string => (text ?? '').replaceAll(tmpdir(), '').replace(/\/saccade-\w+-\w+/g, '...')
  const rows = [...new Map(lines.map(({ fault, message }) => [fault, short(message)]))].sort(([a], [b]) => a.localeCompare(b))
  console.log(`\n${table(rows, ['fault', 'what was said'])}`)
  const counts = readReport(report)
  if (counts) {
    const { passed, failed, skipped } = countTests(counts)
    console.log(`\nFaults: ${passed} passed, ${failed} failed, ${skipped} skipped (each says why).`)
  }
  return status === 0
}

const folder = mkdtempSync(join(tmpdir(), 'saccade-survival-'))
let sound = true
try {
  if (values.only !== 'faults') {
    const start = performance.now()
    const report = await campaign({ kills: Number(values.kills), seed: Number(values.seed), folder, perClass: 12, round, say: (line) => console.log(line) })
    sound = printKills(report, (performance.now() - start) / 1000)
  }
  if (values.only !== 'kills') sound = faults(folder) && sound
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = sound ? 0 : 1
