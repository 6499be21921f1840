/**
 * Entry "training-process": one training, estimate, evaluation or device measurement in a process of its own, because session.run blocks its
 * thread and a fault in a native library ends its process. Started by launcher.ts.
 */
import { engineFor } from '../engines/index.ts'
import { estimate } from './estimate.ts'
import { measureDevice, type DeviceMeasurement } from './measure.ts'
import { evaluate, type Evaluation } from './evaluate.ts'
import type { Estimate, EstimateInput, EvaluateInput, MeasureInput, TrainingInput, TrainingOutcome, TrainingProgress } from './protocol.ts'
import { readRunHeader } from './run-store.ts'
import { serveTask } from './task-host.ts'
import { train } from './trainer.ts'

/** Small networks take dozens of steps a second; a window needs no more than this many messages. */
const millisecondsBetweenSteps = 100

serveTask<TrainingInput | EstimateInput | EvaluateInput | MeasureInput, TrainingProgress | number, TrainingOutcome | Estimate | Evaluation | DeviceMeasurement>(
  (input, signal, report) => {
    switch (input.kind) {
      case 'train': {
        let told = 0
        return train({
          config: input.config,
          dataset: input.dataset,
          run: input.run,
          engine: engineFor(input.config.device),
          signal,
          onStep: (step) => {
            if (performance.now() - told < millisecondsBetweenSteps && step.step < step.steps) return
            told = performance.now()
            report({ kind: 'step', step })
          },
          onEpoch: (metrics) => report({ kind: 'epoch', metrics }),
        })
      }
      case 'estimate':
        return estimate(input.config, input.dataset, engineFor(input.config.device))
      case 'evaluate':
        return evaluate({ ...input, engine: engineFor(readRunHeader(input.run).config.device), signal, onProgress: report })
      case 'measure':
        return measureDevice(engineFor(input.device), input.device)
    }
  },
)
