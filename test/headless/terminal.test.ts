import { describe, expect, test } from 'vitest'
import type { Job } from '../../preload/contract/index.ts'
import { duration, fileSize, jobLine, percent, Progress, table } from '../../main/headless/terminal.ts'

const job = (changes: Partial<Job> = {}): Job => ({
  id: 'job-1',
  kind: 'import',
  title: 'Import x',
  state: 'running',
  progress: 0.52,
  detail: 'a.bin',
  rate: '812 files/s',
  secondsLeft: 8,
  error: null,
  subject: null,
  started: '',
  ...changes,
})
/** A terminal that keeps what is written. */
const terminal = (isTTY: boolean): { isTTY: boolean; columns: number; text: string; write(text: string): void } => ({
  isTTY,
  columns: 60,
  text: '',
  write(text) {
    this.text += text
  },
})

test('figures for people', () => {
  expect([0.4, 59.6, 60, 130, 3600, 3900].map(duration)).toEqual(['0 s', '1 min', '1 min', '2 min 10 s', '1 h', '1 h 5 min'])
  expect([0, 999, 34_100, 7_900_000, 2.5e12].map(fileSize)).toEqual(['0 B', '999 B', '34.1 kB', '7.9 MB', '2.5 TB'])
  expect(percent(0.9667)).toBe('96.7 %')
})

test('a job in a line, cut to the width', () => {
  expect(jobLine(job(), 200)).toBe('[#####     ]  52 % Import x: a.bin, 812 files/s, 8 s left')
  expect(jobLine(job({ progress: null, rate: null, secondsLeft: null }), 200)).toBe('[..........] Import x: a.bin')
  expect(jobLine(job({ detail: 'x'.repeat(200) }), 40)).toHaveLength(40)
})

describe('progress', () => {
  test('rewrites one line on a terminal, and other text goes above it', () => {
    const out = terminal(true)
    const progress = new Progress(out)
    progress.show(job())
    progress.line('a note')
    progress.show(job({ state: 'done', progress: 1, detail: 'all', rate: null, secondsLeft: null }))
    expect(out.text.split('\r\x1b[2K').slice(1)).toEqual([
      '[#####     ]  52 % Import x: a.bin, 812 files/s, 8 s left',
      'a note\n[#####     ]  52 % Import x: a.bin, 812 files/s, 8 s left',
      '[##########] 100 % Import x: all\n',
    ])
  })

  test('is plain lines elsewhere: seldom, and always the last', () => {
    const out = terminal(false)
    const progress = new Progress(out)
    for (let i = 0; i < 100; i++) progress.show(job({ progress: i / 100 }))
    progress.show(job({ state: 'cancelled', progress: 0.99, detail: 'Cancelled.', rate: null, secondsLeft: null }))
    const lines = out.text.trimEnd().split('\n')
    expect([lines.length, lines[1]]).toEqual([2, '[######### ]  99 % Import x: Cancelled.'])
    expect(out.text).not.toContain('\x1b')
  })
})

test('tables align text left and numbers right', () => {
  expect(
    table(
      [
        ['a', '1'],
        ['long', '20.5'],
      ],
      ['what', 'value'],
    ),
  ).toBe('what  value\n----  -----\na         1\nlong   20.5')
  expect(table([])).toBe('')
})
