import { expect, test } from 'vitest'
import { placeOfJob } from '../../../main/desktop/open-files.ts'
import { formatRoute, parseRoute } from '../../../renderer/app/route.ts'
import { liveSettingsSchema, type LivePrediction, type LiveSession, type LiveStatistics } from '../../../main/deployment/live/schema.ts'
import { windowWords } from '../../../renderer/views/models/live/LiveAnswer.tsx'
import { addNews, cuttingIn, cuttingOf, mostShown, saidNow, sessionOf, settingsOf, stretches, useLiveDraft } from '../../../renderer/views/models/live/state.ts'

const prediction = (index: number): LivePrediction => ({
  index, from: 'a', startUs: index * 10, endUs: index * 10 + 10, events: 5, label: index % 3, confidence: 0.5,
  steps: [{ label: 0, confidence: 0.5 }], top: [], latencyMs: { total: 1, waited: 0, frames: 0, network: 1 },
})
const statistics: LiveStatistics = { windows: 0, answered: 0, dropped: 0, empty: 0, failed: 0, events: 0, eventsDropped: 0, latencyMs: null, meanSteps: null }
const session = (changes: Partial<LiveSession> = {}): LiveSession => ({
  id: 'job-1', model: 'm', settings: liveSettingsSchema.parse({ source: { kind: 'listen', port: 0 } }), begun: null, predictions: [], statistics: null,
  activity: 'begins', problems: [], running: true, error: null, ...changes,
})

test('news are added once, and no more are kept than can be shown', () => {
  const news = (from: number, to: number) => ({
    news: { predictions: Array.from({ length: to - from }, (_, i) => prediction(from + i)), statistics: { ...statistics, windows: to }, activity: 'plays', problems: ['p'] },
    ended: false, error: null,
  })
  const first = addNews(session(), news(0, 4))
  expect(addNews(first, news(2, 6)).predictions.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
  const long = addNews(first, news(4, 1000))
  expect(long.predictions).toHaveLength(mostShown)
  expect(long.predictions.at(-1)?.index).toBe(999)
  expect(long).toMatchObject({ statistics: { windows: 1000 }, activity: 'plays', problems: ['p', 'p'], running: true })
  expect(addNews(long, { news: null, ended: true, error: 'crashed' })).toMatchObject({ running: false, error: 'crashed', predictions: long.predictions })
})

test('what is said now is the window that is watched, until it is answered', () => {
  const partial = { ...prediction(4), confidence: 0.2 }
  const begun = session({ predictions: [prediction(3)] })
  expect(saidNow(begun)?.index).toBe(3)
  const watching = addNews(begun, { news: { predictions: [], partial, statistics, activity: '', problems: [] }, ended: false, error: null })
  expect(saidNow(watching)).toBe(partial)
  expect(saidNow({ ...watching, predictions: [prediction(4)] })?.confidence).toBe(0.5)
})

test('the session that runs is shown, else the latest of the model', () => {
  const sessions = [session({ id: '1' }), session({ id: '2', running: false }), session({ id: '3', model: 'other' })]
  expect(sessionOf(sessions, 'm')?.id).toBe('1')
  expect(sessionOf(sessions.map((one) => ({ ...one, running: false })), 'm')?.id).toBe('2')
  expect(sessionOf(sessions, 'none')).toBeUndefined()
})

test('what the form says is what the contract takes', () => {
  const draft = useLiveDraft.getInitialState()
  expect(settingsOf(draft)).toBeNull()
  expect(settingsOf({ ...draft, kind: 'watch', folder: ' ' })).toBeNull()
  const cut = { ...draft, windowMs: 50, hopMs: 10, perTimestep: false, exits: true, exitAt: 75 }
  expect(cuttingOf(cut)).toEqual({ windowMs: 50, hopMs: 10, perTimestep: false, exitAt: 0.75 })
  expect(cuttingIn(liveSettingsSchema.parse({ source: { kind: 'listen', port: 0 }, ...cuttingOf(cut) }))).toEqual(cuttingOf(cut))
  const given = [
    settingsOf({ ...draft, path: ' /a.aedat ', speed: 2, exits: true, exitAt: 80 }),
    settingsOf({ ...draft, kind: 'watch', folder: '/in', existing: true, windowMs: 50 }),
    settingsOf({ ...draft, kind: 'listen', port: 0 }),
  ]
  expect(given.map((one) => liveSettingsSchema.parse(one))).toMatchObject([
    { source: { kind: 'recording', path: '/a.aedat', speed: 2, repeat: true }, exitAt: 0.8, windowMs: null, queue: 2 },
    { source: { kind: 'watch', folder: '/in', existing: true }, exitAt: null, windowMs: 50 },
    { source: { kind: 'listen', port: 0, host: '127.0.0.1', once: false } },
  ])
})

test('the timeline marks where windows have no answer', () => {
  const all = stretches([0, 1, 4, 5, 7].map(prediction), 4)
  expect(all.map(({ prediction: { index }, gap }) => [index, gap])).toEqual([[1, false], [4, true], [5, false], [7, true]])
})

test('an early exit of a file that computes all at once is said to save nothing', () => {
  const begun = { classes: [], timesteps: 4, windowUs: 50_000, windowFrom: 'samples', stepwise: false, address: null } as const
  expect(windowWords({ ...begun, classes: [] }, null)).toBe('Windows of 50 ms, the median of the training samples.')
  expect(windowWords({ ...begun, classes: [] }, 0.9)).toContain('nothing is saved')
  expect(windowWords({ ...begun, classes: [], stepwise: true }, 0.9)).toContain('not computed')
  expect(windowWords({ ...begun, classes: [], windowUs: null, windowFrom: 'files' }, null)).toBe('Each file is one window.')
})

test('a live page has an address, and its job leads to it', () => {
  const route = { view: 'models', page: 'live', id: 'shapes (2)' } as const
  expect(formatRoute(route)).toBe('#/models/live/shapes%20(2)')
  expect(parseRoute(formatRoute(route))).toEqual(route)
  expect(parseRoute('#/models/live')).toEqual({ view: 'models', page: 'list' })
  expect(placeOfJob({ kind: 'live', subject: 'shapes (2)' })).toBe(formatRoute(route))
  expect(placeOfJob({ kind: 'live', subject: null })).toBe('#/models')
})
