import { constants } from 'node:os'
import { entryPath, type EntryName } from '../entries.ts'
import type { ChildPort, SpawnChild } from './child.ts'
import type { FromTask, ToTask } from './protocol.ts'

/** The process ended before it answered: crashed, killed by the system, or ended by `kill`. */
export class TaskLost extends Error {
  /** Whether it was ended on purpose (`kill`, or `stop` that took too long). */
  readonly killed: boolean
  constructor(message: string, killed: boolean) {
    super(message)
    this.name = 'TaskLost'
    this.killed = killed
  }
}

export interface TaskOptions<Input, Progress> {
  readonly entry: EntryName
  readonly input: Input
  readonly spawn: SpawnChild
  readonly env?: Record<string, string>
  readonly onProgress?: (progress: Progress) => void
  /** What is left of the work when its process is lost, and what to do; said after what happened. */
  readonly afterLoss?: string
  /** How long `stop` waits for the process to finish and save before it is ended. */
  readonly stopTimeoutMs?: number
}

export interface RunningTask<Result> {
  readonly pid: number | undefined
  /** Settles after the process is gone. Rejects with the task's own message, or with TaskLost. */
  readonly result: Promise<Result>
  /** Asks it to finish and save; asked a second time, or after the time allowed, ends it. */
  stop(): void
  kill(): void
  /** Hands on something that its work listens for. */
  tell(message: unknown): void
}

/**
 * Generous: a batch of 64 through VGGSNN takes about 20 s on two cores, and a stop waits for the step that runs.
 */
const stopTimeout = 120_000
const nothingLeft = "Nothing half-written is left, and what it worked on is as it was: start it again. Where it ends like that every time, save the diagnostics and tell Saccade's makers."
/** malloc arenas for each thread keep memory that other threads then ask the system for anew. */
const environment = {}

/** Does one task in a process of its own. */
export function runTask<Input, Progress, Result>(options: TaskOptions<Input, Progress>): RunningTask<Result> {
  const child = options.spawn(entryPath(options.entry), { ...environment, ...options.env })
  let answer: FromTask<Progress, Result> | undefined
  let killed = false
  let stopping: NodeJS.Timeout | undefined
  const send = (message: ToTask<Input>): void => child.send(message)
  const kill = (): void => {
    killed = true
    child.kill()
  }
  const result = new Promise<Result>((resolve, reject) => {
    child.onMessage((message) => {
      const reply = message as FromTask<Progress, Result>
      if (reply.type === 'ready') send({ type: 'start', input: options.input })
      else if (reply.type === 'progress') options.onProgress?.(reply.progress)
      else {
        // The answer is all that is wanted of it; how it ends after that tells nothing.
        answer = reply
        child.kill()
      }
    })
    child.onExit((code, signal) => {
      clearTimeout(stopping)
      if (answer?.type === 'done') resolve(answer.result)
      else if (answer?.type === 'failed') reject(new Error(answer.message))
      else reject(new TaskLost([describeExit(code, signal, child), options.afterLoss ?? nothingLeft].filter(Boolean).join(' '), killed))
    })
  })
  return {
    pid: child.pid,
    result,
    kill,
    tell: (message) => send({ type: 'tell', message }),
    stop: () => {
      if (stopping !== undefined) return kill()
      send({ type: 'stop' })
      stopping = setTimeout(kill, options.stopTimeoutMs ?? stopTimeout)
      stopping.unref()
    },
  }
}

/** Signals by which somebody asks a process to end. */
const asked: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP'])

/** How a process ended, for people, with the last lines it wrote. */
function describeExit(code: number | null, signal: string | null, child: ChildPort): string {
  // A shell's way to tell a signal, and Electron's: 128 + its number.
  const name = signal ?? Object.entries(constants.signals).find(([, number]) => code !== null && code - 128 === number)?.[0] ?? null
  const how =
    name === 'SIGKILL'
      ? 'was killed (SIGKILL; where nobody did it, the system was out of memory: close other programs, or try a smaller batch)'
      : name !== null
        ? `${asked.has(name) ? 'was ended' : 'crashed'} (${name})`
        : code === null
          ? 'could not be started'
          : `ended unexpectedly (exit code ${code})`
  const lines = child
    .errorOutput()
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
  // Node prints the error somewhere above the stack, C++ and V8 theirs at the end.
  const words = (lines.find((line) => /\w*Error: |FATAL|what\(\):/.test(line)) ?? lines.at(-1))?.replace(/^.*what\(\):/, '').trim()
  const said = words === undefined ? '' : ` It said: ${words}${/[.!?]$/.test(words) ? '' : '.'}`
  const memory = /out of memory|bad_alloc|allocation failed/i.test(said) ? ' Close other programs, or try a smaller batch.' : ''
  return `The process ${how}.${said}${memory}`
}
