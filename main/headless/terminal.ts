import type { Job } from '../../preload/contract/index.ts'

/** Where progress is shown; stderr, so that stdout holds results only. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** "1 h 5 min", "2 min 10 s", "8 s". */
export function duration(seconds: number): string {
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return s % 60 ? `${minutes} min ${s % 60} s` : `${minutes} min`
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`
}

/** "812 B", "34.1 kB", "7.9 MB". */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

export { percent } from '../workbench/text.ts'

/** One line about a job: "[#####     ] 52 % Import: file.bin, 812 files/s, 8 s left". */
export function jobLine(job: Job, width: number): string {
  const bar = job.progress === null ? '[..........]' : `[${'#'.repeat(Math.floor(job.progress * 10)).padEnd(10)}]`
  const share = job.progress === null ? '' : `${Math.floor(job.progress * 100)} % `.padStart(6)
  const rest = [job.detail, job.rate, job.secondsLeft === null ? null : `${duration(job.secondsLeft)} left`].filter((part) => part)
  return `${bar} ${share}${job.title}${rest.length ? `: ${rest.join(', ')}` : ''}`.slice(0, Math.max(width, 20))
}

/** How often a job says something where lines can't be overwritten (a log file, CI). */
const plainEveryMs = 5000

/**
 * Shows jobs as they go: one line that is rewritten on a terminal, else a line when something new is said, at most every
 * few seconds and always at the end. `line` writes text of its own without tearing the bar.
 */
export class Progress {
  readonly #out: Terminal
  #shown = ''
  #lastPlain = -Infinity

  constructor(out: Terminal) {
    this.#out = out
  }

  show(job: Job): void {
    const over = job.state !== 'running' && job.state !== 'waiting'
    if (this.#out.isTTY) {
      const line = jobLine(job, (this.#out.columns ?? 80) - 1)
      this.#out.write(`\r\x1b[2K${line}${over ? '\n' : ''}`)
      this.#shown = over ? '' : line
      return
    }
    if (!over && performance.now() - this.#lastPlain < plainEveryMs) return
    this.#lastPlain = performance.now()
    this.#out.write(`${jobLine(job, 400)}\n`)
  }

  line(text: string): void {
    this.#out.write(this.#out.isTTY && this.#shown ? `\r\x1b[2K${text}\n${this.#shown}` : `${text}\n`)
  }
}

/** Rows as aligned text; numbers and what looks like them to the right. */
export function table(rows: readonly (readonly string[])[], header?: readonly string[]): string {
  const all = header ? [header, ...rows] : [...rows]
  const widths = all.reduce<number[]>((sums, row) => row.map((cell, i) => Math.max(cell.length, sums[i] ?? 0)), [])
  const right = widths.map((_, i) => rows.length > 0 && rows.every((row) => /^[-+\d.,]+( ?[%x])?$|^$/.test(row[i] ?? '')))
  const lines = all.map((row) =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  if (header) lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return lines.join('\n')
}
