/**
 * npm test: everything, in order, with the time each step took. Stops at the first step that fails.
 * Test files that fail are run once more by themselves, where they are few: what passes then is named as unsteady, for tests here
 * wait for processes, watchers and browsers on machines of any speed. What fails twice has failed.
 * The last line sums up all tests: "N passed, N failed, N skipped".
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { duration, table } from '../main/headless/terminal.ts'
import { countTests, failedFiles, readReport, replaced, type Report } from './test-report.ts'

const root = join(import.meta.dirname, '..')
const results = join(root, 'test/.cache')
const tool = (path: string): string => join(root, 'node_modules', path)
/** More files than this fail for a reason that a second run will not mend. */
const fewFiles = 4

const steps: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['lint', [tool('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  ['types, Node', [tool('typescript/bin/tsc'), '-p', 'tsconfig.node.json']],
  ['types, window', [tool('typescript/bin/tsc'), '-p', 'tsconfig.web.json']],
  ['build', [join(root, 'scripts/build.ts')]],
]
const projects = [
  ['unit and integration tests', 'unit'],
  ['end-to-end tests', 'e2e'],
] as const

function node(args: readonly string[]): boolean {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  return status === 0
}

/** One run of a project's tests, or of some files of it. */
function vitest(project: string, files: readonly string[] = []): { ok: boolean; report: Report | null } {
  const path = join(results, `${project}${files.length ? '-again' : ''}.json`)
  rmSync(path, { force: true })
  const reporters = ['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${path}`]
  const ok = node([tool('vitest/vitest.mjs'), 'run', '--project', project, ...reporters, ...files])
  return { ok, report: readReport(path) }
}

const rows: string[][] = []
let failed = false
function step(name: string, run: () => string | null): void {
  if (failed) {
    rows.push([name, 'not run', ''])
    return
  }
  console.log(`\n=== ${name}`)
  const start = performance.now()
  const result = run()
  failed = result === null
  rows.push([name, result ?? 'FAILED', duration((performance.now() - start) / 1000)])
}

mkdirSync(results, { recursive: true })
const reports: Report[] = []
for (const [name, args] of steps) step(name, () => (node(args) ? 'ok' : null))
for (const [name, project] of projects) {
  step(name, () => {
    const first = vitest(project)
    if (first.report) reports.push(first.report)
    if (first.ok) return 'ok'
    const files = first.report ? failedFiles(first.report) : []
    if (!first.report || files.length === 0 || files.length > fewFiles) return null
    const names = files.map((file) => relative(root, file))
    console.log(`\n=== ${name}, once more: ${names.join(', ')}`)
    const second = vitest(project, names)
    if (second.report) reports.splice(-1, 1, replaced(first.report, second.report))
    return second.ok ? `ok, unsteady: ${names.join(', ')}` : null
  })
}

const counts = reports.map(countTests)
const sum = (key: 'passed' | 'failed' | 'skipped'): number => counts.reduce((total, count) => total + count[key], 0)
console.log(`\n${table(rows, ['step', 'result', 'time'])}\n`)
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
process.exitCode = failed ? 1 : 0
