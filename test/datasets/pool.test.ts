import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { eventsToFrames } from '../../main/datasets/frames.ts'
import { DataPool, WorkerCrashError } from '../../main/datasets/pool.ts'
import { framingSchema } from '../../main/datasets/schema.ts'
import { RecordingError } from '../../main/events/recording.ts'
import { temporaryFolder } from './made.ts'
import { folderWith, nmnistBytes, recording } from './recordings.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())
const framing = framingSchema.parse({})

describe('data workers', () => {
  it('inspect, slice, rate and frame a recording', async () => {
    const events = recording(1, 500)
    const path = join(folderWith({ 'a.bin': nmnistBytes(1, 500) }), 'a.bin')
    const [first, last] = [events.t[0]!, events.t[499]!]
    const facts = await pool.run('inspect', { path })
    expect(facts).toMatchObject({ path, events: 500, width: 34, height: 34, tFirst: first, tLast: last, problems: [] })

    const middle = Math.floor((last - first) / 2)
    const slice = await pool.run('events', { path, from: 1000, to: middle, limit: 1e6 })
    const expected = [...events.t.keys()].filter((i) => events.t[i]! - first >= 1000 && events.t[i]! - first < middle)
    expect(slice).toMatchObject({ origin: first, truncated: false })
    expect([...slice.t].map((t) => slice.start + t)).toEqual(expected.map((i) => events.t[i]! - first))
    expect([...slice.x]).toEqual(expected.map((i) => events.x[i]))
    expect([...slice.p]).toEqual(expected.map((i) => events.p[i]))
    const short = await pool.run('events', { path, from: 0, to: 1e9, limit: 7 })
    expect(short.truncated).toBe(true)
    expect([...short.y]).toEqual([...events.y.subarray(0, 7)])

    const rate = await pool.run('rate', { path, bins: 9 })
    expect(rate.durationUs).toBe(last - first)
    for (let bin = 0; bin < 9; bin++) {
      const inside = [...events.t.keys()].filter((i) => Math.floor(((events.t[i]! - first) * 9) / (last - first + 1)) === bin)
      expect(rate.on[bin]).toBe(inside.filter((i) => events.p[i] === 1).length)
      expect(rate.off[bin]).toBe(inside.filter((i) => events.p[i] === 0).length)
    }
    expect(await pool.run('frames', { path, framing })).toEqual(eventsToFrames(events, [34, 34], framing))
  })

  it('give an error as it was thrown, and go on', async () => {
    const folder = folderWith({ 'a.bin': nmnistBytes(1), 'picture.bin': Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1') })
    const error = await pool.run('inspect', { path: join(folder, 'picture.bin') }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RecordingError)
    expect(error).toMatchObject({ name: 'RecordingError', path: join(folder, 'picture.bin') })
    await expect(pool.run('inspect', { path: join(folder, 'gone.bin') })).rejects.toThrow('there is no such file')
    await expect(pool.run('inspect', { path: folder })).rejects.toThrow('this is a folder')
    expect(await pool.run('inspect', { path: join(folder, 'a.bin') })).toMatchObject({ events: 200 })
  })

  it('read a recording again after it has changed', async () => {
    const path = join(folderWith({ 'a.bin': nmnistBytes(1) }), 'a.bin')
    expect((await pool.run('rate', { path, bins: 1 })).on[0]).toBe(recording(1).p.reduce((sum, p) => sum + p, 0))
    writeFileSync(path, nmnistBytes(2))
    utimesSync(path, 1, 1)
    expect((await pool.run('rate', { path, bins: 1 })).on[0]).toBe(recording(2).p.reduce((sum, p) => sum + p, 0))
  })

  it('show what is in a folder before it is imported', async () => {
    const folder = folderWith({ 'a/1.bin': nmnistBytes(1), 'a/2.bin': 'no recording at all', 'b/1.bin': nmnistBytes(2) })
    const preview = await pool.run('preview', { folder })
    expect(preview).toMatchObject({ folder, classes: [{ name: 'a', files: 2 }, { name: 'b', files: 1 }], files: 3, bytes: 2019, formats: { 'nmnist-bin': 2 }, sensor: [34, 34] })
    expect(preview.problems).toEqual([{ severity: 'warning', message: expect.stringContaining('1 of 3 files can\'t be read as recordings. The first: '), advice: 'They will be skipped.' }])
    const none = await pool.run('preview', { folder: folderWith({ 'a/1.bin': 'x', 'b/1.bin': 'y' }) })
    expect(none.problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('None of the 2 files can be read') })
    expect(none.sensor).toBeNull()
  })

  it('stop when told: waiting tasks never start, running ones end at once for the caller', async () => {
    const folder = temporaryFolder()
    const one = new DataPool({ size: 1 })
    const running = new AbortController()
    const waiting = new AbortController()
    const file = (name: string) => ({ file: name, shape: 'circle' as const, format: 'aedat' as const, seed: 1 })
    const first = one.run('simulate', { folder, file: file('first.aedat') }, { signal: running.signal })
    const second = one.run('simulate', { folder, file: file('second.aedat') }, { signal: waiting.signal })
    const third = one.run('simulate', { folder, file: file('third.aedat') })
    running.abort()
    waiting.abort(new Error('changed my mind'))
    await expect(first).rejects.toHaveProperty('name', 'AbortError')
    await expect(second).rejects.toThrow('changed my mind')
    expect(await third).toBe(join(folder, 'third.aedat'))
    expect(existsSync(join(folder, 'second.aedat'))).toBe(false)
    await expect(one.run('scan', { folder, labels: null }, { signal: AbortSignal.abort() })).rejects.toHaveProperty('name', 'AbortError')
    await one.close()
    await expect(one.run('scan', { folder, labels: null })).rejects.toThrow('the data workers were closed')
  })

  it('survive a worker that crashes: its task fails, others go on in a new one', async () => {
    const entry = join(folderWith({
      'worker.mjs': `import { parentPort } from 'node:worker_threads'
        parentPort.on('message', ({ id, name, input }) => {
          if (input.folder === 'exit') process.exit(3)
          if (input.folder === 'throw') throw new Error('out of its mind')
          parentPort.postMessage({ id, ok: true, output: input.folder })
        })`,
    }), 'worker.mjs')
    const crashing = new DataPool({ size: 1, entry })
    const run = (folder: string) => crashing.run('scan', { folder, labels: null })
    const all = await Promise.allSettled([run('fine'), run('exit'), run('throw'), run('also fine')])
    expect(all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      'fine', 'WorkerCrashError: the data worker ended during scan: exit code 3', 'WorkerCrashError: the data worker ended during scan: out of its mind', 'also fine',
    ])
    await crashing.close()
    const missing = new DataPool({ size: 2, entry: `${entry}.gone` })
    await expect(missing.run('scan', { folder: 'x', labels: null })).rejects.toBeInstanceOf(WorkerCrashError)
    await missing.close()
  })

  it('do what someone waits for before work in the background', async () => {
    const entry = join(folderWith({ 'worker.mjs': 'import { parentPort } from "node:worker_threads"; parentPort.on("message", ({ id, input }) => parentPort.postMessage({ id, ok: true, output: input.folder }))' }), 'worker.mjs')
    const one = new DataPool({ size: 1, entry })
    const order: string[] = []
    const run = (folder: string, background: boolean) => one.run('scan', { folder, labels: null }, { background }).then(() => order.push(folder))
    await Promise.all([run('first', true), run('background', true), run('looked at', false)])
    expect(order).toEqual(['first', 'looked at', 'background'])
    await one.close()
  })
})
