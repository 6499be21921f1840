import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Phase, Fact } from './story.ts'

/** Where a life is, and what it works on; `growing` lies beside the library. */
export interface Place {
  readonly library: string
  readonly recordings: string
}

/** Who is killed: everything at once (a power cut, a container), the workbench alone, or only the process that it has started. */
export const victims = ['all', 'workbench', 'task'] as const
export type Victim = (typeof victims)[number]

/** When to kill: so many ms after a phase began, or at the nth change of the library's files since then. */
export interface Blow {
  readonly phase: Phase
  readonly victim: Victim
  readonly at: { readonly ms: number } | { readonly change: number }
}

export interface Life {
  readonly facts: readonly Fact[]
  /** Whether the blow fell: the life may have come to its end before. */
  readonly killed: boolean
  /** Who it hit: where there was no task, the workbench. */
  readonly victim: Victim
  readonly stderr: string
  /** Milliseconds and changes of files by phase. */
  readonly took: Readonly<Partial<Record<Phase, { ms: number; changes: number }>>>
}

/** Processes that a process has started, where the system tells. */
export function childrenOf(pid: number): number[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((id) => {
    try {
      // The program's name, in parentheses, may hold anything; the second field behind it is the parent.
      return Number(readFileSync(`/proc/${id}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1]) === pid
    } catch {
      return false
    }
  })
}

/** @returns who was hit */
function strike(child: ChildProcess, victim: Victim): Victim {
  const pid = child.pid ?? 0
  const [task] = childrenOf(pid)
  if (victim === 'task' && task !== undefined) process.kill(task, 'SIGKILL')
  else if (victim === 'all') process.kill(-pid, 'SIGKILL')
  else process.kill(pid, 'SIGKILL')
  return victim === 'task' && task === undefined ? 'workbench' : victim
}

/** Lets a workbench live until it ends, or is killed. */
export async function live({ library, recordings }: Place, phases: readonly Phase[], blow?: Blow, env: Record<string, string> = {}): Promise<Life> {
  mkdirSync(library, { recursive: true })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'life.ts'), library, recordings, ...phases], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...env } })
  const facts: Fact[] = []
  const took: Partial<Record<Phase, { ms: number; changes: number }>> = {}
  let [stderr, changes, killed, began] = ['', 0, false, 0]
  let hit: Victim = blow?.victim ?? 'all'
  let [phase, timer]: [Phase | undefined, NodeJS.Timeout | undefined] = [undefined, undefined]
  const kill = (): void => {
    if (killed || child.exitCode !== null || !blow) return
    killed = true
    hit = strike(child, blow.victim)
  }
  const changed = (): void => {
    changes++
    if (blow && phase === blow.phase && 'change' in blow.at && changes >= blow.at.change) kill()
  }
  const watching = watch(library, { recursive: true }, changed)
  watching.on('error', () => undefined)
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const fact = JSON.parse(line) as Fact
    facts.push(fact)
    if (fact.phase) {
      ;[phase, changes, began] = [fact.phase, 0, performance.now()]
      if (blow?.phase === phase && 'ms' in blow.at) timer = setTimeout(kill, blow.at.ms)
    }
    if (fact.done) took[fact.done] = { ms: performance.now() - began, changes }
  })
  await new Promise((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  watching.close()
  return { facts, killed, victim: hit, stderr, took }
}

/** Files below a folder, relative to it. */
export const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [])).sort()
    : []
