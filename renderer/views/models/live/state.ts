import { create } from 'zustand'
import type { CallInput, EventPayload, LivePrediction, LiveSession } from '../../../../preload/contract/index.ts'
import { ask, attempt, workbench } from '../../../api/workbench.ts'

/** Predictions that the window keeps of a session. */
export const mostShown = 300

interface LiveState {
  /** In order of start. */
  readonly sessions: readonly LiveSession[]
}

export const useLive = create<LiveState>(() => ({ sessions: [] }))

/** A session with what was heard of it since; what is known already is not taken twice. */
export function addNews(session: LiveSession, { news, ended, error }: Pick<EventPayload<'model.live'>, 'news' | 'ended' | 'error'>): LiveSession {
  const heard = {
    ...session,
    running: session.running && !ended,
    error: error ?? session.error,
  }
  if (news === null) return heard
  const last = session.predictions.at(-1)?.index ?? -1
  return {
    ...heard,
    begun: news.begun ?? session.begun,
    predictions: [...session.predictions, ...news.predictions.filter(({ index }) => index > last)].slice(-mostShown),
    ...(news.partial && { partial: news.partial }),
    statistics: news.statistics,
    activity: news.activity,
    problems: [...session.problems, ...news.problems].slice(-50),
  }
}

/** Reads the sessions that there are and follows them. Returns the function that ends it. */
export function followLive(): () => void {
  const stop = workbench().on('model.live', ({ session: id, ...heard }) =>
    useLive.setState(({ sessions }) => ({ sessions: sessions.map((session) => (session.id === id ? addNews(session, heard) : session)) })),
  )
  void readSessions()
  return stop
}

async function readSessions(): Promise<void> {
  const { sessions } = await ask('models.live.sessions', {}).catch(() => ({ sessions: useLive.getState().sessions }))
  useLive.setState({ sessions })
}

export async function startLive(input: CallInput<'models.live.start'>): Promise<void> {
  if ((await attempt('models.live.start', input, 'The live session could not be started')) !== null) await readSessions()
}

/** Changes how a session that runs cuts and answers. */
export async function changeLive(session: string, change: Omit<CallInput<'models.live.change'>, 'session'>): Promise<void> {
  if ((await attempt('models.live.change', { session, ...change }, 'The live session could not be changed')) !== null) await readSessions()
}

export async function stopLive(session: string): Promise<void> {
  await attempt('models.live.stop', { session }, 'The live session could not be stopped')
}

/** The session of a model that is shown: the one that runs, else the latest. */
export function sessionOf(sessions: readonly LiveSession[], model: string): LiveSession | undefined {
  const own = sessions.filter((session) => session.model === model)
  return own.findLast(({ running }) => running) ?? own.at(-1)
}

/** What is said now: the answer as far as the window that is watched has come, else the latest. */
export function saidNow({ predictions, partial }: Pick<LiveSession, 'predictions' | 'partial'>): LivePrediction | undefined {
  const last = predictions.at(-1)
  return partial !== undefined && partial.index > (last?.index ?? -1) ? partial : last
}

/** What the form holds: texts as typed, for every kind of source. */
export interface LiveDraft {
  readonly kind: 'recording' | 'watch' | 'listen'
  readonly path: string
  readonly speed: number
  readonly repeat: boolean
  readonly folder: string
  readonly existing: boolean
  readonly port: number
  /** ms; null: as training samples. */
  readonly windowMs: number | null
  /** ms; null: a window. */
  readonly hopMs: number | null
  readonly perTimestep: boolean
  readonly exits: boolean
  /** Percent. */
  readonly exitAt: number
}

export const useLiveDraft = create<LiveDraft>(() => ({
  kind: 'recording', path: '', speed: 1, repeat: true, folder: '', existing: false, port: 7777, windowMs: null, hopMs: null, perTimestep: true, exits: false, exitAt: 90,
}))

/** What the form says that may also change while a session runs. */
export function cuttingOf({ windowMs, hopMs, perTimestep, exits, exitAt }: LiveDraft): Required<Omit<CallInput<'models.live.change'>, 'session'>> {
  return { windowMs, hopMs, perTimestep, exitAt: exits ? exitAt / 100 : null }
}

/** The same of a session's settings. */
export const cuttingIn = ({ windowMs, hopMs, perTimestep, exitAt }: LiveSession['settings']): ReturnType<typeof cuttingOf> => ({ windowMs, hopMs, perTimestep, exitAt })

/** What the form says; null while it says too little. */
export function settingsOf(draft: LiveDraft): Omit<CallInput<'models.live.start'>, 'model'> | null {
  const common = cuttingOf(draft)
  switch (draft.kind) {
    case 'recording':
      return draft.path.trim() === '' ? null : { ...common, source: { kind: 'recording', path: draft.path.trim(), speed: draft.speed, repeat: draft.repeat } }
    case 'watch':
      return draft.folder.trim() === '' ? null : { ...common, source: { kind: 'watch', folder: draft.folder.trim(), existing: draft.existing } }
    case 'listen':
      return { ...common, source: { kind: 'listen', port: draft.port } }
  }
}

/** Colour tokens of classes: there are eight, of which the first go to the first classes. */
export const classColor = (label: number): string => `--series-${(label % 8) + 1}`

export interface Stretch {
  readonly prediction: LivePrediction
  /** Whether windows between the one before and this one have no answer. */
  readonly gap: boolean
}

/** The latest predictions as the timeline shows them. */
export function stretches(predictions: readonly LivePrediction[], most: number): readonly Stretch[] {
  const from = Math.max(0, predictions.length - most)
  return predictions.slice(from).map((prediction, i) => {
    const before = predictions[from + i - 1]
    return { prediction, gap: before !== undefined && prediction.index > before.index + 1 }
  })
}
