import { useEffect, useMemo } from 'react'
import type { Run } from '../../../preload/contract/index.ts'
import { readRun, useRuns } from '../../api/runs.ts'
import { readKept, useAnalysis } from './state.ts'

/** The page's run and those laid beside it, as far as they are read. */
export function useComparedRuns(run: Run): readonly Run[] {
  const compared = useAnalysis((state) => state.compared)
  const details = useRuns((state) => state.details)
  useEffect(() => {
    for (const id of compared) {
      if (useRuns.getState().details[id] === undefined) void readRun(id)
      void readKept(id)
    }
  }, [compared])
  return useMemo(() => [run, ...compared.flatMap((id) => (id === run.id ? [] : (details[id] ?? [])))], [run, compared, details])
}
