/**
 * Entry "analysis-process": one analysis of a run in a process of its own, because session.run blocks its thread.
 * Started by launcher.ts.
 */
import { engineFor } from '../engines/index.ts'
import { readRunHeader } from '../training/run-store.ts'
import { serveTask } from '../training/task-host.ts'
import { analyze } from './index.ts'
import type { AnalysisInput } from './launcher.ts'
import type { AnalysisResult } from './schema.ts'
import { withSubject } from './subject.ts'

serveTask<AnalysisInput, number, AnalysisResult>(({ kind, run, dataset, options }, signal, onProgress) =>
  withSubject({ run, dataset, options, signal, onProgress, engine: engineFor(readRunHeader(run).config.device) }, (subject) =>
    analyze(kind, subject),
  ),
)
