import { create } from 'zustand'
import type { AnalysisKind, Run, StoredAnalysis } from '../../../preload/contract/index.ts'
import { colorsOf, type NamedResult } from '../../../preload/contract/figures.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import type { Options } from './registry.ts'

interface AnalysisState {
  /** What runs keep, by their ids; missing until read. */
  readonly kept: Readonly<Record<string, readonly StoredAnalysis[]>>
  /** Runs laid beside the page's own. */
  readonly compared: readonly string[]
  /** The form, by kind; the checkpoint and split of all kinds are shared. */
  readonly options: Readonly<Partial<Record<string, Options>>>
  readonly shared: Pick<Options, 'checkpoint' | 'split'>
  /** What is being computed: `${run} ${kind}`. */
  readonly busy: readonly string[]
  /** Why the last one failed. */
  readonly failure: string | null
}

export const useAnalysis = create<AnalysisState>(() => ({ kept: {}, compared: [], options: {}, shared: { checkpoint: 'best', split: 'test' }, busy: [], failure: null }))

/** Reads what a run keeps. */
export async function readKept(run: string): Promise<void> {
  try {
    const { analyses } = await ask('runs.analyses', { id: run })
    useAnalysis.setState(({ kept }) => ({ kept: { ...kept, [run]: analyses } }))
  } catch (error) {
    useAnalysis.setState({ failure: messageOf(error) })
  }
}

/** The options that the page asks a kind with. */
export function optionsOf(state: Pick<AnalysisState, 'options' | 'shared'>, kind: AnalysisKind): Options {
  return { ...state.options[kind], ...state.shared }
}

/** Sets options; checkpoint and split for all kinds. */
export function setOptions(kind: AnalysisKind, changed: Partial<Options>): void {
  const { checkpoint, split, ...own } = changed
  useAnalysis.setState((state) => ({
    failure: null,
    shared: { ...state.shared, ...(checkpoint !== undefined && { checkpoint }), ...(split !== undefined && { split }) },
    options: { ...state.options, [kind]: { ...state.options[kind], ...own } },
  }))
}

/** Computes a kind for runs one after the other; stops at the first that fails. Ends with what they keep read again. */
export async function compute(kind: AnalysisKind, runs: readonly string[]): Promise<void> {
  const options = optionsOf(useAnalysis.getState(), kind)
  useAnalysis.setState({ failure: null })
  for (const run of runs) {
    const busy = `${run} ${kind}`
    useAnalysis.setState((state) => ({ busy: [...state.busy, busy] }))
    try {
      await ask('runs.analyze', { id: run, kind, options })
    } catch (error) {
      useAnalysis.setState({ failure: messageOf(error) })
      return
    } finally {
      useAnalysis.setState((state) => ({ busy: state.busy.filter((one) => one !== busy) }))
      await readKept(run)
    }
  }
}

/** The kept result of a kind and checkpoint. */
export function keptOf(kept: readonly StoredAnalysis[] | undefined, kind: AnalysisKind, checkpoint: Options['checkpoint']): StoredAnalysis | undefined {
  return kept?.find(({ result }) => result.kind === kind && result.options.checkpoint === (checkpoint ?? 'best'))
}

/** Whether a result was computed with what the form says. */
export function matches({ result }: StoredAnalysis, options: Options): boolean {
  const was: Readonly<Record<string, unknown>> = result.options
  return Object.entries(options).every(([key, value]) => value === undefined || JSON.stringify(was[key]) === JSON.stringify(value))
}

/** Results of runs by their names, in the order of `runs`, in colours that tell them apart; those without a result are left out. */
export function namedResults<Kind extends AnalysisKind>(kind: Kind, runs: readonly Pick<Run, 'id' | 'config'>[], state: Pick<AnalysisState, 'kept' | 'shared'>): NamedResult<Kind>[] {
  const colors = colorsOf(runs.map(({ config }) => config.method.name))
  return runs.flatMap(({ id, config }, index) => {
    const found = keptOf(state.kept[id], kind, state.shared.checkpoint)
    if (found === undefined || !isKind(found.result, kind)) return []
    return [{ run: id, name: config.name, method: config.method.name, color: colors[index] ?? index, epoch: found.epoch, result: found.result }]
  })
}

function isKind<Kind extends AnalysisKind>(result: StoredAnalysis['result'], kind: Kind): result is Extract<StoredAnalysis['result'], { kind: Kind }> {
  return result.kind === kind
}
