import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { events, type EventPayload } from '../../preload/contract/index.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { tinyEvents, tinyModel } from '../deployment/live/tiny.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

it('a live session is a job: it tells of itself, is stopped in a regular way, and its answers are kept', async () => {
  const folder = temporaryFolder('live')
  const [path, model] = [join(folder, 'a.bin'), join(folder, 'model.onnx')]
  writeFileSync(path, encodeNmnist(tinyEvents(2000, 0, 40_000)))
  writeFileSync(model, tinyModel('window'))
  const bench = openBench(join(folder, 'library'))
  onTestFinished(() => bench.workbench.close())
  const heard: EventPayload<'model.live'>[] = []
  const answered = new Promise<void>((resolve) => {
    bench.workbench.on('model.live', (payload) => {
      heard.push(events['model.live'].parse(payload))
      if ((payload.news?.statistics.answered ?? 0) > 0) resolve()
    })
  })
  const changed = new Promise<void>((resolve) => {
    bench.workbench.on('model.live', ({ news }) => news?.begun?.windowUs === 10_000 && resolve())
  })
  const source = { kind: 'recording', path, repeat: true } as const
  await expect(bench.call('models.live.start', { model: 'none', source })).rejects.toThrow('There is no model "none"')
  await expect(bench.call('models.live.start', { model, source: { kind: 'recording', path: join(folder, 'b.bin') } })).rejects.toThrow('there is no such recording')
  await expect(bench.call('models.live.start', { model, source: { kind: 'watch', folder: path } })).rejects.toThrow('there is no such folder')
  await expect(bench.call('models.live.start', { model, source, exitAt: 1.5 })).rejects.toThrow('exitAt')
  await expect(bench.call('models.live.stop', { session: 'none' })).rejects.toThrow('There is no live session "none"')

  const damaged = join(folder, 'damaged.onnx')
  writeFileSync(damaged, 'no model')
  const bad = await bench.call('models.live.start', { model: damaged, source })
  const { session, job } = await bench.call('models.live.start', { model, source, windowMs: 20 })
  await answered
  expect((await bench.call('jobs.list', {})).jobs.find(({ id }) => id === job)).toMatchObject({ kind: 'live', state: 'running', title: 'Live: model.onnx on a.bin' })
  await bench.call('models.live.change', { session, windowMs: 10, exitAt: 0.5 })
  await changed
  expect((await bench.call('models.live.sessions', {})).sessions.find(({ id }) => id === session)?.settings).toMatchObject({ windowMs: 10, hopMs: null, exitAt: 0.5 })
  await bench.call('models.live.change', { session, windowMs: 20, exitAt: null })
  await bench.call('models.live.stop', { session })
  const end = await bench.done(job)
  await expect(bench.call('models.live.change', { session, exitAt: 0.9 })).rejects.toThrow('has ended')
  expect(end.detail).toMatch(/^\d+ of \d+ windows answered, \d+ dropped; latency p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms$/)
  expect(await bench.ended(bad.job)).toMatchObject({ state: 'failed', error: expect.stringContaining('damaged.onnx') as string })
  const { sessions: both } = await bench.call('models.live.sessions', {})
  expect(both[0]).toMatchObject({ id: bad.session, running: false, error: expect.stringContaining('damaged.onnx') as string })
  const sessions = both.slice(1)
  expect(sessions).toMatchObject([{ id: session, model, running: false, error: null, begun: { classes: ['left', 'right', 'still'], windowUs: 20_000, stepwise: false }, problems: [] }])
  expect(sessions[0]?.predictions.length).toBe(sessions[0]?.statistics?.answered)
  const own = heard.filter((one) => one.session === session)
  expect(own.at(-1)).toMatchObject({ session, news: null, ended: true, error: null })
  expect(own.flatMap(({ news }) => news?.predictions ?? []).map(({ index }) => index)).toEqual(sessions[0]?.predictions.map(({ index }) => index))
})
