import { fullFraming } from '../../datasets/framing.ts'
import type { Engine } from '../../engines/engine.ts'
import { readModelFile, type ModelFile } from '../model-file.ts'
import { realClock } from './clock.ts'
import { openPredictor } from './predictor.ts'
import type { Pace } from './pace.ts'
import { recordingSource } from './recording-source.ts'
import { changed, type LiveBegun, type LiveChange, type LiveNews, type LiveSettings, type LiveStatistics } from './schema.ts'
import { runSession } from './session.ts'
import type { Source } from './source.ts'
import { Statistics } from './statistics.ts'
import { tcpSource } from './tcp-source.ts'
import { watchSource } from './watch-source.ts'

/** News are gathered for so long: 20 a second at most. */
const tellEveryMs = 50

/** Length of a frame where nothing tells how long samples are. */
const usualFrameUs = 100_000

export interface LiveRun {
  /** Absolute path of a .onnx file. */
  readonly model: string
  /** Its source's paths are absolute. */
  readonly settings: LiveSettings
  /** Usual duration of a training sample, µs, where it is known. */
  readonly sampleUs: number | null
  readonly engine: Engine
  readonly signal: AbortSignal
  readonly onNews: (news: LiveNews) => void
  /** Hands on what is changed while it runs. */
  readonly onChange?: (listener: (change: LiveChange) => void) => void
}

/**
 * A live session with a model's file, in real time, until its source ends or the signal is aborted.
 * @returns what it comes to
 * @throws ModelFileError, EngineError, RecordingError, LiveError where it can't begin
 */
export async function runLive({ model, settings, sampleUs, engine, signal, onNews, onChange }: LiveRun): Promise<LiveStatistics> {
  const file = readModelFile(model)
  const { labels, shape } = file.metadata
  const clock = realClock
  let now = settings
  // Before anything is waited for: nothing that is changed meanwhile is missed.
  const heard: LiveChange[] = []
  let change = (one: LiveChange): void => void heard.push(one)
  onChange?.((one) => change(one))
  const cut = () => cutting(now, file.metadata, sampleUs)
  const predictor = await openPredictor(engine, file, () => clock.now())
  const pace = (): Pace => (now.perTimestep ? predictor.pace(cut()) : { yes: false, why: 'it is set so' })
  const statistics = new Statistics()
  let address: LiveBegun['address'] = null
  const begun = (): LiveBegun => {
    const { windowUs, hopUs, windowFrom } = cut()
    return {
      classes: labels, timesteps: shape[0], windowUs: windowFrom === 'files' ? null : windowUs, windowFrom, ...(hopUs < windowUs && { hopUs }),
      stepwise: predictor.stepwise, perTimestep: pace(), address,
    }
  }
  let news: Omit<LiveNews, 'statistics'> = { begun: begun(), predictions: [], activity: 'begins', problems: [] }
  const flush = (): void => {
    onNews({ ...news, statistics: statistics.report() })
    news = { predictions: [], activity: news.activity, problems: [] }
  }
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      flush()
    }, tellEveryMs)
  }
  change = (one) => {
    now = changed(now, one)
    news = { ...news, begun: begun() }
    soon()
  }
  heard.forEach(change)
  try {
    flush()
    const ticks = setInterval(soon, 500)
    const { windowUs, hopUs } = cut()
    try {
      await runSession({
        source: sourceOf(settings, pace().yes ? windowUs / shape[0] : hopUs, clock),
        predictor, clock, windowUs, exitAt: now.exitAt, queue: settings.queue, signal, statistics,
        control: () => ({ ...cut(), parts: pace().yes ? shape[0] : 1, exitAt: now.exitAt }),
        onNews: ({ predictions, partial, activity, problems, address: heardAt }) => {
          if (heardAt) address = heardAt
          const latest = predictions.length > 0 ? partial : (partial ?? news.partial)
          news = {
            ...(heardAt ? { begun: begun() } : news.begun && { begun: news.begun }),
            predictions: [...news.predictions, ...predictions],
            ...(latest && { partial: latest }),
            activity: activity === '' ? news.activity : activity,
            problems: [...news.problems, ...problems],
          }
          soon()
        },
      })
    } finally {
      clearInterval(ticks)
    }
  } finally {
    clearTimeout(timer)
    await predictor.release()
  }
  news = { ...news, activity: 'ended' }
  flush()
  return statistics.report()
}

/** How windows are cut. */
function cutting(settings: LiveSettings, metadata: ModelFile['metadata'], sampleUs: number | null): ReturnType<typeof windowOf> & { hopUs: number } {
  const { windowUs, windowFrom } = windowOf(settings, metadata, sampleUs)
  return { windowUs, windowFrom, hopUs: settings.hopMs === null || windowUs === Infinity ? windowUs : Math.min(windowUs, Math.round(settings.hopMs * 1000)) }
}

/** How long windows are: as chosen, else as samples were in training. */
function windowOf({ source, windowMs }: LiveSettings, { framing, shape }: ModelFile['metadata'], sampleUs: number | null): { windowUs: number; windowFrom: LiveBegun['windowFrom'] } {
  if (windowMs !== null) return { windowUs: Math.round(windowMs * 1000), windowFrom: 'chosen' }
  if (source.kind === 'watch') return { windowUs: Infinity, windowFrom: 'files' }
  const { splitBy, blockUs } = fullFraming(framing)
  if (splitBy === 'duration') return { windowUs: blockUs * shape[0], windowFrom: 'framing' }
  if (sampleUs !== null && sampleUs > 0) return { windowUs: sampleUs, windowFrom: 'samples' }
  return { windowUs: usualFrameUs * shape[0], windowFrom: 'usual' }
}

function sourceOf({ source }: LiveSettings, windowUs: number, clock: typeof realClock): Source {
  switch (source.kind) {
    case 'recording':
      return recordingSource({ ...source, clock, windowUs })
    case 'watch':
      return watchSource(source.folder, source.existing, clock)
    case 'listen':
      return tcpSource({ ...source, clock })
  }
}
