/**
 * Entry "analysis-process": one analysis of a run in a process of its own, because session.run blocks its thread.
 * Started by launcher.ts.
 */
import { engineFor } from '../engines/index.ts'
import { readRunHeader } from '../training/run-store.ts'
import { serveTask } from '../training/task-host.ts'
import { analyze } from './index.ts'
import type { AnalysisAnswer, AnalysisInput, AnalysisProgress } from './launcher.ts'
import type { AnalysisResult } from './schema.ts'
import { withSubject } from './subject.ts'

serveTask<AnalysisInput, AnalysisProgress, AnalysisAnswer>(({ kind, run, dataset, options }, signal, report) => {
  const reports = { onProgress: (share: number) => report({ share }), onPartial: (partial: AnalysisResult) => report({ partial }) }
  return withSubject({ run, dataset, options, signal, ...reports, engine: engineFor(readRunHeader(run).config.device) }, async (subject) => ({
    result: await analyze(kind, subject),
    epoch: subject.epoch,
    hash: subject.hash,
  }))
})
