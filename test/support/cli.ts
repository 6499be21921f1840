import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Ended {
  /** null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs: what it says so far, and its end. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Ctrl-C, as a terminal does it: to the program and all it started. */
  interrupt(): void
  /** Waits until stderr or stdout says this. */
  says(pattern: RegExp): Promise<void>
}

/** Starts a program of the repository under this Node. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let [stdout, stderr] = ['', '']
  const heard = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    heard.forEach((look) => look())
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    heard.forEach((look) => look())
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stdout + stderr)) return
        heard.delete(look)
        resolve()
      }
      heard.add(look)
      look()
      void ended.then(() => reject(new Error(`It ended without saying ${pattern.source}:\n${stdout}${stderr}`)))
    })
  return { child, ended, says, interrupt: () => void (child.pid !== undefined && process.kill(-child.pid, 'SIGINT')) }
}

/** npm run saccade -- ARGS */
export const startSaccade = (...args: string[]): Running => start(['main/headless.ts', ...args])
export const saccade = (...args: string[]): Promise<Ended> => startSaccade(...args).ended
