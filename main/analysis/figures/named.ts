import type { Color, Figure } from '../../figures/figure.ts'
import type { AnalysisKind, AnalysisResult } from '../schema.ts'

export type ResultOf<Kind extends AnalysisKind> = Extract<AnalysisResult, { kind: Kind }>

/** Whose result it is. */
export interface Named {
  /** Id of the run. */
  readonly run: string
  readonly name: string
  /** Training method: "sdt", "tet", "trt". */
  readonly method: string
  readonly color: Color
  /** Of the checkpoint. */
  readonly epoch: number
  /** SHA-256 of the checkpoint, where it is known. */
  readonly hash?: string
  readonly result: Pick<AnalysisResult, 'options'> & { readonly samples?: number }
}

/** An analysis' result, and whose it is. */
export interface NamedResult<Kind extends AnalysisKind> extends Named {
  readonly result: ResultOf<Kind>
}

/** Draws the results of one or several runs; pure. */
export type Draw<Kind extends AnalysisKind> = (runs: readonly NamedResult<Kind>[]) => Figure[]

/** Colours for runs side by side: of their methods where those differ, else one after the other. */
export function colorsOf(methods: readonly string[]): Color[] {
  const known = methods.every((method) => method === 'sdt' || method === 'tet' || method === 'trt')
  if (known && new Set(methods).size === methods.length) return methods.map((method) => method as 'sdt' | 'tet' | 'trt')
  return methods.map((_, index) => index)
}

/** A figure's `origin`: a line for each run, with its checkpoint, and the split and samples that were looked at. */
export function originOf(runs: readonly Named[]): string[] {
  return runs.map((run) => {
    const { epoch, hash, result: { options, samples } } = run
    return [
      trained(run),
      `${options.checkpoint} checkpoint, epoch ${epoch}${hash === undefined ? '' : `, sha256 ${hash}`}`,
      `${options.split} split${samples === undefined ? '' : `, ${samples} samples`}`,
    ].join('; ')
  })
}

/** How a run is named in a line of `origin`. */
export const trained = ({ run, name, method }: Pick<Named, 'run' | 'name' | 'method'>): string => `run "${name}" (${run}), trained with ${method.toUpperCase()}`

/** A label that names the run only where there are several. */
export function labelled(runs: readonly Named[], run: Named, label: string): string {
  return runs.length === 1 ? label : `${run.name}: ${label}`
}
