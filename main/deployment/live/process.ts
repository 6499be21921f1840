/** Entry "live-process": one live session in a process of its own. Started by launcher.ts. */
import { onnxRuntime } from '../../engines/onnxruntime.ts'
import { useTextReadings } from '../../events/text-reading.ts'
import { readingsIn } from '../../events/text-readings-file.ts'
import { serveTask } from '../../training/task-host.ts'
import type { LiveInput } from './launcher.ts'
import { runLive } from './run.ts'
import { liveChangeSchema, type LiveNews, type LiveStatistics } from './schema.ts'

serveTask<LiveInput, LiveNews, LiveStatistics>((input, signal, report, hear) => {
  if (input.texts !== undefined) useTextReadings(readingsIn(input.texts))
  return runLive({ ...input, engine: onnxRuntime(), signal, onNews: report, onChange: (listener) => hear((message) => listener(liveChangeSchema.parse(message))) })
})
