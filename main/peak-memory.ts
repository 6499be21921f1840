import { readFileSync } from 'node:fs'

/**
 * The most memory that this process has held so far, in bytes (resident set). On Linux from /proc: what getrusage tells (ru_maxrss) outlives
 * exec there, so that a process which a larger one has started seems as large as that one.
 */
export function peakMemory(): number {
  if (process.platform === 'linux') {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  }
  return process.resourceUsage().maxRSS * 1024
}
