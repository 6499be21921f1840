/**
 * Entry "activity-process": what a run's network does with one sample, in a process of its own, because session.run blocks its
 * thread. Started by activity-launcher.ts.
 */
import { engineFor } from '../engines/index.ts'
import { readRunHeader } from '../training/run-store.ts'
import { serveTask } from '../training/task-host.ts'
import { activity } from './activity.ts'
import type { ActivityInput } from './activity-launcher.ts'
import { analysisOptionsSchema } from './schema.ts'
import type { Activity } from './schemas/activity.ts'
import { withSubject } from './subject.ts'

serveTask<ActivityInput, never, Activity>(({ run, dataset, options }, signal) => {
  const engine = engineFor(readRunHeader(run).config.device)
  return withSubject({ run, dataset, signal, engine, options: analysisOptionsSchema.parse({ checkpoint: options.checkpoint }) }, (subject) => activity(subject, options))
})
