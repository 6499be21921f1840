import { useCallback, useEffect, useState } from 'react'
import type { CallInput, CallName, CallOutput } from '../../preload/contract/index.ts'
import { ask, messageOf } from './workbench.ts'

/** What a call gave so far. `data` is null while loading and after a failure. */
export interface CallState<T> {
  readonly data: T | null
  readonly error: string | null
  readonly loading: boolean
  readonly reload: () => void
}

/**
 * Asks the workbench whenever the input changes; null asks nothing. An answer that comes after the input changed is dropped.
 * @param keepPrevious shows the answer to the earlier input until the new one is there
 */
export function useCall<K extends CallName>(name: K, input: CallInput<K> | null, keepPrevious = false): CallState<CallOutput<K>> {
  const key = input === null ? null : JSON.stringify(input)
  const [round, setRound] = useState(0)
  const [answer, setAnswer] = useState<{ key: string; data: CallOutput<K> | null; error: string | null } | null>(null)
  useEffect(() => {
    if (key === null) return
    let current = true
    ask(name, JSON.parse(key) as CallInput<K>).then(
      (data) => current && setAnswer({ key, data, error: null }),
      (error: unknown) => current && setAnswer({ key, data: null, error: messageOf(error) }),
    )
    return () => {
      current = false
    }
  }, [name, key, round])
  const reload = useCallback(() => setRound((value) => value + 1), [])
  const fresh = answer !== null && answer.key === key
  const shown = fresh || (keepPrevious && key !== null) ? answer : null
  return { data: shown?.data ?? null, error: fresh ? answer.error : null, loading: key !== null && !fresh, reload }
}
