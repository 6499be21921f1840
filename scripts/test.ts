/**
 * npm test: everything, in order, with the time each step took. Stops at the first step that fails.
 * The last line sums up all tests: "N passed, N failed, N skipped".
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { duration, table } from '../main/headless/terminal.ts'

const root = join(import.meta.dirname, '..')
const results = join(root, 'test/.cache')
const tool = (path: string): string => join(root, 'node_modules', path)
const vitest = (project: string): string[] => [
  tool('vitest/vitest.mjs'),
  'run',
  '--project',
  project,
  '--reporter',
  'default',
  '--reporter',
  'json',
  `--outputFile.json=${report(project)}`,
]
const report = (project: string): string => join(results, `${project}.json`)
const projects = ['unit', 'e2e']

const steps: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['lint', [tool('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  ['types, Node', [tool('typescript/bin/tsc'), '-p', 'tsconfig.node.json']],
  ['types, window', [tool('typescript/bin/tsc'), '-p', 'tsconfig.web.json']],
  ['build', [join(root, 'scripts/build.ts')]],
  ['unit and integration tests', vitest('unit')],
  ['end-to-end tests', vitest('e2e')],
]

/** What vitest's JSON reporter tells, as far as it is used here. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

mkdirSync(results, { recursive: true })
for (const project of projects) rmSync(report(project), { force: true })
const rows: string[][] = []
let failed = false
for (const [name, args] of steps) {
  if (failed) {
    rows.push([name, 'not run', ''])
    continue
  }
  console.log(`\n=== ${name}`)
  const start = performance.now()
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  failed = status !== 0
  rows.push([name, failed ? 'FAILED' : 'ok', duration((performance.now() - start) / 1000)])
}

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const project of projects.filter((name) => existsSync(report(name)))) {
  const counts = JSON.parse(readFileSync(report(project), 'utf8')) as Report
  sum.passed += counts.numPassedTests
  sum.failed += counts.numFailedTests
  sum.skipped += counts.numPendingTests + counts.numTodoTests
}
console.log(`\n${table(rows, ['step', 'result', 'time'])}\n`)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = failed ? 1 : 0
