import type { z } from 'zod'
import { calls, type CallName, type CallOutput, type CallParsed, type EventName, type EventPayload } from '../../preload/contract/index.ts'

/** What stands behind each call: gets validated input. A failure is an error whose message is meant for people. */
export type Handlers = { [K in CallName]: (input: CallParsed<K>) => Promise<CallOutput<K>> | CallOutput<K> }

/** Tells all listeners; never throws. */
export type Emit = <K extends EventName>(name: K, payload: EventPayload<K>) => void

/** The workbench as its hosts see it: Electron's main process, the server, the command line. */
export interface Workbench {
  /** @throws Error with a message for people; {@link UsageError} where the input itself is wrong */
  call<K extends CallName>(name: K, input: unknown): Promise<CallOutput<K>>
  /** Returns the function that ends the subscription. */
  on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void): () => void
  /** Hears every event: what a host forwards to its windows. */
  onAny(listener: <K extends EventName>(name: K, payload: EventPayload<K>) => void): () => void
  /** Cancels jobs (a run saves what it has), ends every thread and process, and waits for it. */
  close(): Promise<void>
}

/** The caller asked for something that can't be asked: unknown call, malformed input. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

export const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name)

/** What is wrong with a field, in words. */
function words(issue: z.core.$ZodIssue): string {
  const unit = 'origin' in issue && (issue.origin === 'string' || issue.origin === 'array') ? (issue.origin === 'string' ? ' characters' : ' entries') : ''
  if (issue.code === 'too_small') return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit}`
  if (issue.code === 'too_big') return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit}`
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'must be a whole number'
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'must be a number'
  return issue.message
}

/** Validated input of a call. @throws UsageError naming each wrong field */
export function parseInput<K extends CallName>(name: K, input: unknown): CallParsed<K> {
  const parsed = calls[name].input.safeParse(input)
  if (parsed.success) return parsed.data as CallParsed<K>
  const faults = parsed.error.issues.map((issue) => (issue.path.length ? `${issue.path.join('.')}: ${words(issue)}` : words(issue)))
  throw new UsageError(`${name} can't be done: ${faults.join('; ')}`)
}
