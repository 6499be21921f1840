import { create } from 'zustand'
import type { Job } from '../../preload/contract/index.ts'

/** What a dialog says of a failure. */
export interface FailureTold {
  readonly title: string
  readonly happened: string
  readonly kept: string
  readonly todo: string
}

/** For each kind of job: what a failure leaves as it was, and what can be done. */
const after: Readonly<Record<Job['kind'], Pick<FailureTold, 'kept' | 'todo'>>> = {
  import: { kept: 'The recordings are as they were, and no half-made dataset is in the library.', todo: 'Mend or take out what the message names, then import the folder again.' },
  training: { kept: 'Every epoch that was finished: curves, and the checkpoints of the best and the last one.', todo: 'Resume the run from its page; it goes on from its last checkpoint.' },
  evaluation: { kept: 'The run, its checkpoints and earlier results.', todo: 'Evaluate it again from the run’s page.' },
  export: { kept: 'The run and its checkpoints. No file that was not proven is kept.', todo: 'Choose another format or other settings, then export again.' },
  starter: { kept: 'What was finished: recordings, dataset or run.', todo: 'Create the starter project again; it makes what is missing.' },
  convert: { kept: 'The recording that was read. No half-written file is left.', todo: 'Choose another place or format, then save again.' },
  analysis: { kept: 'The run, and what was computed before.', todo: 'Compute it again, with fewer samples where memory was short.' },
  survey: { kept: 'The recordings, and what was known of them.', todo: 'Measure them again from the library.' },
  experiment: { kept: 'Every run that was finished, and the epochs of the one that was not.', todo: 'Resume the experiment, or try its failed runs again, from its page.' },
  install: { kept: 'What worked before; the CPU is always there.', todo: 'See that the package registry can be reached, then install again from the page Devices.' },
  live: { kept: 'The model. Answers so far stand in the timeline.', todo: 'Mend what the message names, then start again from the model’s page Live.' },
}

/** A failed job in words. */
export function failureOf(job: Pick<Job, 'kind' | 'title' | 'error'>): FailureTold {
  return { title: job.title, happened: job.error ?? 'It failed without a message.', ...after[job.kind] }
}

/** What "Copy details" puts on the clipboard. */
export function failureDetails({ title, happened }: FailureTold, version: string | undefined, now: Date): string {
  return [title, happened, `${window.location.hash || '#/'}, Saccade ${version ?? 'of unknown version'}, ${now.toISOString()}`].join('\n')
}

export const useFailure = create<{ readonly shown: FailureTold | null }>(() => ({ shown: null }))
export const showFailure = (shown: FailureTold): void => useFailure.setState({ shown })
export const closeFailure = (): void => useFailure.setState({ shown: null })
