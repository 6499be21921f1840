import { describe, expect, test } from 'vitest'
import { countTests, failedFiles, replaced, type Report } from '../../scripts/test-report.ts'

const file = (name: string, status: string, ...tests: string[]): Report['testResults'][number] => ({
  name,
  status,
  assertionResults: tests.map((each, i) => ({ status: each, fullName: `test ${i}` })),
})

describe('what npm test sums up', () => {
  const first: Report = { testResults: [file('a', 'passed', 'passed', 'skipped'), file('b', 'failed', 'passed', 'failed', 'failed'), file('c', 'failed')] }

  test('passed, failed and skipped tests; a file that can not be loaded is a failure', () => {
    expect(countTests(first)).toEqual({ passed: 2, failed: 3, skipped: 1 })
    expect(failedFiles(first)).toEqual(['b', 'c'])
  })

  test('a second run replaces the files it ran, whichever way it ended', () => {
    const second = replaced(first, { testResults: [file('c', 'passed', 'passed', 'todo'), file('b', 'failed', 'passed', 'failed', 'passed')] })
    expect(countTests(second)).toEqual({ passed: 4, failed: 1, skipped: 2 })
    expect(failedFiles(second)).toEqual(['b'])
  })
})
