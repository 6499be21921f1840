import { existsSync, readFileSync } from 'node:fs'

/** What vitest's JSON reporter writes, as far as it is used here. */
export interface Report {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A report; null where the runner ended before it wrote one. */
export function readReport(path: string): Report | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : null
}

/** Files of a report in which something failed: a test, a hook, or the file's own loading. */
export function failedFiles(report: Report): readonly string[] {
  return report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

/** The first report with the files of a second one in the place of its own. */
export function replaced(first: Report, second: Report): Report {
  const again = new Map(second.testResults.map((file) => [file.name, file]))
  return { testResults: first.testResults.map((file) => again.get(file.name) ?? file) }
}

/** Tests of a report. A file that failed without a failed test of its own (it could not be loaded) counts as one. */
export function countTests(report: Report): Counts {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const { status, assertionResults } of report.testResults) {
    const of = (wanted: string): number => assertionResults.filter((test) => test.status === wanted).length
    const broken = of('failed')
    passed += of('passed')
    failed += status === 'failed' ? Math.max(1, broken) : broken
    skipped += assertionResults.length - of('passed') - broken
  }
  return { passed, failed, skipped }
}
