import { colorsOf, type NamedResult } from '../analysis/figures/named.ts'
import { figuresOf } from '../analysis/figures/index.ts'
import { learningFigures } from '../analysis/learning.ts'
import type { ReportSection } from '../analysis/report.ts'
import type { AnalysisKind, AnalysisResult, StoredAnalysis } from '../analysis/schema.ts'
import { readRunManifest } from '../training/run-manifest.ts'
import type { Run } from '../training/schema.ts'
import { VERSION } from '../version.ts'
import { analysisTitles, type Analyses } from './analyses.ts'
import type { Handlers } from './api.ts'
import type { Runs } from './runs.ts'
import type { Shared } from './shared.ts'

/** Learning curves stand in every report that does not leave them out. */
const curves = 'curves'

/** Reports of runs. */
export class Reports {
  readonly #shared: Shared
  readonly #runs: Runs
  readonly #analyses: Analyses

  constructor(shared: Shared, runs: Runs, analyses: Analyses) {
    this.#shared = shared
    this.#runs = runs
    this.#analyses = analyses
  }

  /** @throws UsageError where there is no such run */
  async report(id: string, asked: readonly string[] | undefined): Promise<{ name: string; html: string; figures: string[]; missing: string[] }> {
    // ECharts takes 0.3 s to load: not every start of the workbench waits for it.
    const { reportHtml } = await import('../analysis/report.ts')
    const run = this.#runs.get(id)
    const kept = latest(this.#analyses.list(id))
    const wanted = (kind: string) => asked === undefined || asked.includes(kind)
    const sections: (ReportSection & { readonly kind: string })[] = []
    if (wanted(curves)) sections.push({ kind: curves, title: 'Learning curves', figures: learningFigures([{ ...run, color: 0 }]) })
    for (const stored of kept) {
      const { kind } = stored.result
      if (wanted(kind)) sections.push({ kind, title: analysisTitles[kind], figures: drawn(run, stored) })
    }
    const shown = sections.filter(({ figures }) => figures.length > 0)
    const kinds = shown.map(({ kind }) => kind)
    return {
      name: `${id}-report.html`,
      html: reportHtml({ run, manifest: readRunManifest(this.#shared.library.existing('runs', id)) ?? null, sections: shown, version: VERSION, written: new Date().toISOString() }),
      figures: kinds,
      missing: (asked ?? []).filter((kind) => !kinds.includes(kind)),
    }
  }
}

/** One of each kind: of the best checkpoint, else the newest. */
function latest(kept: readonly StoredAnalysis[]): StoredAnalysis[] {
  const chosen = new Map<AnalysisKind, StoredAnalysis>()
  const rank = ({ result, created }: StoredAnalysis) => `${result.options.checkpoint === 'best' ? 1 : 0} ${created}`
  for (const one of kept) {
    const before = chosen.get(one.result.kind)
    if (before === undefined || rank(one) > rank(before)) chosen.set(one.result.kind, one)
  }
  return [...chosen.values()]
}

function drawn(run: Run, stored: StoredAnalysis) {
  const [color = 0] = colorsOf([run.config.method.name])
  return figuresFor(stored.result.kind, { run: run.id, name: run.config.name, method: run.config.method.name, color, epoch: stored.epoch, ...(stored.hash !== undefined && { hash: stored.hash }) }, stored.result)
}

/** The compiler can't see that a result is of its own kind: this is where it is told. */
function figuresFor<Kind extends AnalysisKind>(kind: Kind, of: Omit<NamedResult<Kind>, 'result'>, result: AnalysisResult) {
  const own = (one: AnalysisResult): one is NamedResult<Kind>['result'] => one.kind === kind
  return own(result) ? figuresOf(kind, [{ ...of, result }]) : []
}

export function reportHandlers(reports: Reports): Pick<Handlers, 'runs.report'> {
  return { 'runs.report': ({ id, figures }) => reports.report(id, figures) }
}
