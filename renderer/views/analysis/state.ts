import { create } from 'zustand'
import type { AnalysisKind, AnalysisResult, Run, StoredAnalysis } from '../../../preload/contract/index.ts'
import { colorsOf, withLoss, type NamedResult } from '../../../preload/contract/figures.ts'
import { ask, messageOf, workbench } from '../../api/workbench.ts'
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
  /** Coarse results of what is being computed, by the same names. */
  readonly partial: Readonly<Record<string, AnalysisResult>>
  /** Why the last one failed. */
  readonly failure: string | null
}

export const useAnalysis = create<AnalysisState>(() => ({ kept: {}, compared: [], options: {}, shared: { checkpoint: 'best', split: 'test' }, busy: [], partial: {}, failure: null }))

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
  return { ...state.options[kind], ...state.shared, checkpoint: checkpointFor(kind, state.shared.checkpoint) }
}

/** The checkpoint that a kind's result is kept under: what goes over all kept epochs always has the same. */
const checkpointFor = (kind: AnalysisKind, asked: Options['checkpoint']): NonNullable<Options['checkpoint']> => (kind === 'centroid' ? 'best' : (asked ?? 'best'))

/** Sets options; checkpoint and split for all kinds. */
export function setOptions(kind: AnalysisKind, changed: Partial<Options>): void {
  const { checkpoint, split, ...own } = changed
  useAnalysis.setState((state) => ({
    failure: null,
    shared: { ...state.shared, ...(checkpoint !== undefined && { checkpoint }), ...(split !== undefined && { split }) },
    options: { ...state.options, [kind]: { ...state.options[kind], ...own } },
  }))
}

/** What a call that was cancelled says. */
const cancelled = 'Cancelled.'

/** Computes a kind for runs one after the other; stops at the first that fails. Ends with what they keep read again. */
export async function compute(kind: AnalysisKind, runs: readonly string[]): Promise<void> {
  const options = optionsOf(useAnalysis.getState(), kind)
  useAnalysis.setState({ failure: null })
  for (const run of runs) {
    const busy = `${run} ${kind}`
    useAnalysis.setState((state) => ({ busy: [...state.busy, busy] }))
    const stop = workbench().on('analysis.partial', (told) => {
      if (told.run === run && told.kind === kind) useAnalysis.setState((state) => ({ partial: { ...state.partial, [busy]: told.result } }))
    })
    try {
      await ask('runs.analyze', { id: run, kind, options })
    } catch (error) {
      // Who cancels knows it.
      if (messageOf(error) !== cancelled) useAnalysis.setState({ failure: messageOf(error) })
      return
    } finally {
      stop()
      await readKept(run)
      useAnalysis.setState((state) => {
        const { [busy]: _, ...partial } = state.partial
        return { busy: state.busy.filter((one) => one !== busy), partial }
      })
    }
  }
}

/** The kept result of a kind and checkpoint. */
export function keptOf(kept: readonly StoredAnalysis[] | undefined, kind: AnalysisKind, checkpoint: Options['checkpoint']): StoredAnalysis | undefined {
  return kept?.find(({ result }) => result.kind === kind && result.options.checkpoint === checkpointFor(kind, checkpoint))
}

/** A result as the form asks to see it: a landscape holds every loss, whichever it was computed for. */
export function seen<Result extends AnalysisResult>(result: Result, options: Options): Result | ReturnType<typeof withLoss> {
  return result.kind === 'landscape' && options.loss !== undefined ? withLoss(result, options.loss) : result
}

/** Whether a result was computed with what the form says. */
export function matches({ result }: StoredAnalysis, options: Options): boolean {
  const was: Readonly<Record<string, unknown>> = seen(result, options).options
  return Object.entries(options).every(([key, value]) => value === undefined || JSON.stringify(was[key]) === JSON.stringify(value))
}

/** Results of runs by their names, in the order of `runs`, in colours that tell them apart, coarse ones of what is being computed included; those without a result are left out. */
export function namedResults<Kind extends AnalysisKind>(kind: Kind, runs: readonly Pick<Run, 'id' | 'config' | 'epochs' | 'best'>[], state: Pick<AnalysisState, 'kept' | 'shared' | 'partial' | 'options'>): NamedResult<Kind>[] {
  const colors = colorsOf(runs.map(({ config }) => config.method.name))
  return runs.flatMap(({ id, config, epochs, best }, index) => {
    const kept = keptOf(state.kept[id], kind, state.shared.checkpoint)
    const coarse = state.partial[`${id} ${kind}`]
    const result = seenOf(coarse ?? kept?.result, optionsOf(state, kind))
    if (result === undefined || !isKind(result, kind)) return []
    // Of a coarse result nothing but itself is known yet.
    const of = coarse === undefined ? kept : undefined
    return [{ run: id, name: config.name, method: config.method.name, color: colors[index] ?? index, epoch: of?.epoch ?? epochOf(epochs, best, state.shared.checkpoint), ...(of?.hash !== undefined && { hash: of.hash }), result }]
  })
}

const seenOf = (result: AnalysisResult | undefined, options: Options): AnalysisResult | undefined => (result === undefined ? undefined : seen(result, options))

/** The epoch that a run's checkpoint is of. */
function epochOf(epochs: Run['epochs'], best: Run['best'], checkpoint: Options['checkpoint']): number {
  if (typeof checkpoint === 'number') return checkpoint
  return (checkpoint === 'last' ? undefined : best?.epoch) ?? epochs.at(-1)?.epoch ?? 0
}

function isKind<Kind extends AnalysisKind>(result: StoredAnalysis['result'], kind: Kind): result is Extract<StoredAnalysis['result'], { kind: Kind }> {
  return result.kind === kind
}
