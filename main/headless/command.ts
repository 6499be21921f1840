import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Job } from '../../preload/contract/index.ts'
import { forkNode } from '../training/child.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { Cancelled, isActive } from '../workbench/jobs.ts'
import { defaultLibrary, standardLibrary } from '../workbench/library.ts'
import { absence } from '../workbench/library-presence.ts'
import { createWorkbench } from '../workbench/workbench.ts'
import type { Progress } from './terminal.ts'

/** What a command works with besides its arguments. */
export interface Host {
  /** Results. */
  print(text: string): void
  /** On stderr. */
  readonly progress: Progress
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** Shown by --help and after a usage error. */
  readonly usage: string
  /** @throws UsageError, Cancelled, or an error whose message is for people */
  run(args: string[], host: Host): Promise<void>
}

/** Options that most commands share. */
export const shared = { json: { type: 'boolean' }, library: { type: 'string' } } as const
export const sharedUsage = `  --library FOLDER       where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)
  --json                 print the result as JSON on stdout`

/** "--epochs -3" is the option's value, whatever is wrong with it, and not an option "-3". */
function withNegatives(args: readonly string[], options: ParseArgsConfig['options']): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1) ?? ''
    const takesValue = before.startsWith('--') && options?.[before.slice(2)]?.type === 'string'
    if (takesValue && /^-[\d.]/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

/** parseArgs whose complaints are usage errors. */
export function parse<const T extends ParseArgsConfig['options']>(args: string[], options: T) {
  try {
    return parseArgs({ args: withNegatives(args, options), options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Exactly these positional arguments. @throws UsageError naming what is missing */
export function positional(given: readonly string[], ...names: string[]): string[] {
  if (given.length < names.length) throw new UsageError(`${names.slice(given.length).join(' and ')} missing.`)
  if (given.length > names.length) throw new UsageError(`"${given[names.length]}" is one argument too many.`)
  return [...given]
}

/** A number option. @throws UsageError where it is none */
export function number(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} must be a number, not "${text}".`)
  return value
}

/** One of several words. @throws UsageError listing them */
export function choice<const T extends string>(text: string | undefined, name: string, choices: readonly T[], fallback: T): T {
  if (text === undefined) return fallback
  const found = choices.find((candidate) => candidate === text)
  if (found === undefined) throw new UsageError(`--${name} must be ${choices.join(' or ')}, not "${text}".`)
  return found
}

/**
 * The library that was named, else the standard one.
 * @throws UsageError where it was named and the folder it should lie in is not there: a disk that is not plugged in, say
 */
function libraryFolder(named: string | undefined): string {
  const library = named ?? defaultLibrary()
  const missing = library === standardLibrary ? null : absence(library, 'nothing')
  if (missing === null) return library
  throw new UsageError(
    `${missing} Plug its disk in or put the folder back and try again, name another one with --library FOLDER, ` +
      `or use the standard library with --library ${standardLibrary}. For a new library there, make the folder first.`,
  )
}

/**
 * Opens the workbench on a library, and closes it however `work` ends.
 * @param watch follows the library's watch folders meanwhile
 * @throws UsageError where the library is not there
 */
export async function withWorkbench<T>(library: string | undefined, work: (workbench: Workbench) => Promise<T>, watch = false): Promise<T> {
  const workbench = createWorkbench({ library: libraryFolder(library), host: 'browser', spawn: forkNode, watch })
  try {
    return await work(workbench)
  } finally {
    await workbench.close()
  }
}

/**
 * Starts a job, shows how it goes, and waits for its end; Ctrl-C cancels it.
 * @throws Cancelled, or the job's own error
 */
export async function follow<T extends { job: string }>(
  workbench: Workbench,
  host: Host,
  start: () => Promise<T>,
): Promise<T & { ended: Job }> {
  let id: string | undefined
  let settle: (job: Job) => void = () => undefined
  const end = new Promise<Job>((resolve) => {
    settle = resolve
  })
  const hear = (job: Job): void => {
    if (job.id !== id) return
    host.progress.show(job)
    if (!isActive(job)) settle(job)
  }
  const stopHearing = workbench.on('job.changed', hear)
  const cancel = (): void => {
    if (id !== undefined) void workbench.call('jobs.cancel', { id })
  }
  host.signal.addEventListener('abort', cancel)
  try {
    const started = await start()
    id = started.job
    const { jobs } = await workbench.call('jobs.list', {})
    jobs.forEach(hear)
    if (host.signal.aborted) cancel()
    const ended = await end
    if (ended.state === 'cancelled') throw new Cancelled(ended.detail)
    if (ended.state === 'failed') throw new Error(ended.error ?? `${ended.title} failed.`)
    return { ...started, ended }
  } finally {
    stopHearing()
    host.signal.removeEventListener('abort', cancel)
  }
}

/** A dataset or run by id, or by a name that only one has. @throws UsageError listing what there is */
export function byIdOrName(wanted: string, kind: string, all: readonly { id: string; name: string }[]): string {
  const exact = all.find(({ id }) => id === wanted)
  if (exact) return exact.id
  const named = all.filter(({ name }) => name === wanted)
  if (named.length === 1 && named[0]) return named[0].id
  const known =
    all.length === 0
      ? `there is no ${kind} yet`
      : `there are ${all
          .slice(0, 20)
          .map(({ id }) => id)
          .join(', ')}`
  throw new UsageError(
    named.length > 1
      ? `${named.length} ${kind}s are called "${wanted}": say which by its id (${named.map(({ id }) => id).join(', ')}).`
      : `There is no ${kind} "${wanted}"; ${known}.`,
  )
}
