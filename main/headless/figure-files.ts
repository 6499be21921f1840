import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { colorsOf, figuresOf, type NamedResult, type ResultOf } from '../../preload/contract/figures.ts'
import type { AnalysisKind, Run, StoredAnalysis } from '../../preload/contract/index.ts'
import { curvesOf, learningFigures, type Curves, type LearningRun } from '../analysis/learning.ts'
import { figureCsv } from '../figures/csv.ts'
import type { Figure } from '../figures/figure.ts'
import type { Workbench } from '../workbench/api.ts'
import { percent, table } from './terminal.ts'

/** Flags of whatever writes figures. */
export const figureFlags = { svg: { type: 'string' }, csv: { type: 'string' }, beside: { type: 'string', multiple: true } } as const
export const figureUsage = `  --svg FOLDER  --csv FOLDER  writes the figures, drawn as papers print them, and their numbers
  --beside OTHER          draws this run beside in the figures, on the same scales; may be given several times`

/** An analysis of one run. */
export interface Analyzed {
  readonly run: string
  readonly stored: StoredAnalysis
}

/** Runs by their ids, in colours that tell them apart. */
export async function coloured(workbench: Workbench, ids: readonly string[]): Promise<(Run & LearningRun)[]> {
  const runs = await Promise.all(ids.map((id) => workbench.call('runs.get', { id })))
  const colors = colorsOf(runs.map(({ config }) => config.method.name))
  return runs.map((run, index) => ({ ...run, color: colors[index] ?? index }))
}

const isKind = <Kind extends AnalysisKind>(result: StoredAnalysis['result'], kind: Kind): result is ResultOf<Kind> => result.kind === kind

/** The figures of one kind of analysis, of the runs that have it. */
export function analysisFigures<Kind extends AnalysisKind>(kind: Kind, runs: readonly (Run & LearningRun)[], analyzed: readonly Analyzed[]): Figure[] {
  const named = runs.flatMap(({ id, config, color }): NamedResult<Kind>[] => {
    const stored = analyzed.find((one) => one.run === id && one.stored.result.kind === kind)?.stored
    if (stored === undefined || !isKind(stored.result, kind)) return []
    return [{ run: id, name: config.name, method: config.method.name, color, epoch: stored.epoch, ...(stored.hash !== undefined && { hash: stored.hash }), result: stored.result }]
  })
  return named.length === 0 ? [] : figuresOf(kind, named)
}

/** Writes figures as SVG, as CSV or both. Returns the files. @throws where a folder can't be written */
export async function writeFigures(figures: readonly Figure[], folders: { readonly svg?: string | undefined; readonly csv?: string | undefined }): Promise<string[]> {
  if (folders.svg === undefined && folders.csv === undefined) return []
  // ECharts takes 0.3 s to load: only who draws waits for it.
  const { figureSvg } = await import('../figures/svg.ts')
  const write = (folder: string | undefined, extension: string, textOf: (figure: Figure) => string): string[] => {
    if (folder === undefined) return []
    mkdirSync(folder, { recursive: true })
    return figures.map((figure) => {
      const file = join(resolve(folder), `${figure.id}.${extension}`)
      writeFileSync(file, textOf(figure))
      return file
    })
  }
  return [...write(folders.svg, 'svg', (figure) => figureSvg(figure)), ...write(folders.csv, 'csv', figureCsv)]
}

/** Learning curves: numbers, figures, and the numbers as text. */
export function curves(runs: readonly (Run & LearningRun)[]): { readonly result: Curves; readonly figures: Figure[] } {
  const [run] = runs
  if (run === undefined) throw new Error('no run')
  return { result: curvesOf(run), figures: learningFigures(runs) }
}

export function curvesText({ epochs, split, turningEpoch }: Curves): string {
  return `${table(
    epochs.map(({ epoch, trainLoss, loss, trainAccuracy, accuracy, smoothed }) => [
      String(epoch), trainLoss.toFixed(4), loss.toFixed(4), smoothed.loss.toFixed(4), percent(trainAccuracy, 2), percent(accuracy, 2), percent(smoothed.accuracy, 2),
    ]),
    ['epoch', 'train loss', `${split} loss`, 'smoothed', 'train accuracy', `${split} accuracy`, 'smoothed'],
  )}\n\n${turningEpoch === null ? `The ${split} loss does not turn.` : `The ${split} loss turns at epoch ${turningEpoch}.`}`
}
