/**
 * Entry "training-process": one training, estimate or evaluation in a process of its own, because session.run blocks its
 * thread and a fault in a native library ends its process. Started by launcher.ts.
 */
import { onnxRuntime } from '../engines/onnxruntime.ts'
import { estimate } from './estimate.ts'
import { evaluate, type Evaluation } from './evaluate.ts'
import type { Estimate, EstimateInput, EvaluateInput, TrainingInput, TrainingOutcome, TrainingProgress } from './protocol.ts'
import { serveTask } from './task-host.ts'
import { train } from './trainer.ts'

/** Small networks take dozens of steps a second; a window needs no more than this many messages. */
const millisecondsBetweenSteps = 100

serveTask<TrainingInput | EstimateInput | EvaluateInput, TrainingProgress | number, TrainingOutcome | Estimate | Evaluation>(
  (input, signal, report) => {
    const engine = onnxRuntime()
    switch (input.kind) {
      case 'train': {
        let told = 0
        return train({
          config: input.config,
          dataset: input.dataset,
          run: input.run,
          engine,
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
        return estimate(input.config, input.dataset, engine)
      case 'evaluate':
        return evaluate({ ...input, engine, signal, onProgress: report })
    }
  },
)
