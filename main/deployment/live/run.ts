import { fullFraming } from '../../datasets/framing.ts'
import type { Engine } from '../../engines/engine.ts'
import { readModelFile, type ModelFile } from '../model-file.ts'
import { realClock } from './clock.ts'
import { openPredictor } from './predictor.ts'
import { recordingSource } from './recording-source.ts'
import type { LiveBegun, LiveNews, LiveSettings, LiveStatistics } from './schema.ts'
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
}

/**
 * A live session with a model's file, in real time, until its source ends or the signal is aborted.
 * @returns what it comes to
 * @throws ModelFileError, EngineError, RecordingError, LiveError where it can't begin
 */
export async function runLive({ model, settings, sampleUs, engine, signal, onNews }: LiveRun): Promise<LiveStatistics> {
  const file = readModelFile(model)
  const { labels, shape } = file.metadata
  const clock = realClock
  const { exitAt, queue } = settings
  const { windowUs, windowFrom } = windowOf(settings, file.metadata, sampleUs)
  const predictor = await openPredictor(engine, file, () => clock.now())
  const statistics = new Statistics()
  const begun = { classes: labels, timesteps: shape[0], windowUs: windowFrom === 'files' ? null : windowUs, windowFrom, stepwise: predictor.stepwise, address: null }
  let news: Omit<LiveNews, 'statistics'> = { begun, predictions: [], activity: 'begins', problems: [] }
  const flush = (): void => {
    const { begun, ...rest } = news
    onNews({ ...rest, ...(begun && { begun }), statistics: statistics.report() })
    news = { predictions: [], activity: news.activity, problems: [] }
  }
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      flush()
    }, tellEveryMs)
  }
  try {
    flush()
    const ticks = setInterval(soon, 500)
    try {
      await runSession({
        source: sourceOf(settings, windowUs, clock),
        predictor, clock, windowUs, exitAt, queue, signal, statistics,
        onNews: ({ predictions, activity, problems, address }) => {
          news = {
            ...(address ? { begun: { ...begun, address } } : news.begun ? { begun: news.begun } : {}),
            predictions: [...news.predictions, ...predictions],
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
