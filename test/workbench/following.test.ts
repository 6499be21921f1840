import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DataPool } from '../../main/datasets/pool.ts'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import type { OpenRecordingFacts } from '../../preload/contract/index.ts'
import { forkNode } from '../../main/training/child.ts'
import { Following } from '../../main/workbench/following.ts'
import { recording } from '../datasets/recordings.ts'

const blocks = 60

describe('recordings that take a while to read', () => {
  let folder = ''
  const paths = ['a', 'b', 'c'].map((name) => `${name}.bin`)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-test-'))
    const events = recording(7, 1_000_000)
    for (let i = 0; i < events.length; i++) events.t[i] = i * 8
    const bytes = encodeNmnist(events)
    for (const path of paths) {
      writeFileSync(join(folder, path), '')
      for (let i = 0; i < (path === 'a.bin' ? blocks : 20); i++) appendFileSync(join(folder, path), bytes)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('are shown at once; their facts grow, at most ten times a second, to what a full reading finds', async () => {
    const library = join(folder, 'library')
    // A fast machine reads much of it in the usual 150 ms.
    const workbench = createWorkbench({ library, host: 'browser', spawn: forkNode, firstMs: 20 })
    const path = join(folder, 'a.bin')
    try {
      const told: { at: number; facts: OpenRecordingFacts }[] = []
      workbench.on('recording.facts', (facts) => told.push({ at: performance.now(), facts }))
      const first = await workbench.call('recordings.open', { path })
      expect(first).toMatchObject({ path, complete: false, tFirst: 0, width: 34 })
      // While the rest is read, parts of what is known are shown.
      const [slice, rate] = await Promise.all([
        workbench.call('recordings.events', { path, from: 0, to: 8000 }),
        workbench.call('recordings.rate', { path, bins: 100 }),
      ])
      expect(slice.t.length).toBe(1000)
      expect(rate.on.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(first.on)
      await vi.waitFor(() => expect(told.at(-1)?.facts.complete).toBe(true), { timeout: 30_000, interval: 20 })
      const { facts } = told.at(-1)!
      expect(facts).toMatchObject({ path, share: 1, events: blocks * 1e6, bytes: blocks * 5e6 })
      told.slice(1).forEach(({ facts: next }, i) => expect(next.share).toBeGreaterThan(told[i]!.facts.share))
      // The last one comes when it is there, the others no earlier than 100 ms after each other.
      told.slice(1, -1).forEach(({ at }, i) => expect(at - told[i]!.at).toBeGreaterThan(80))
      const late = await workbench.call('recordings.events', { path, from: 30 * 2 ** 23, to: 30 * 2 ** 23 + 8000 })
      expect(late.t.length).toBe(1000)
      expect(readdirSync(join(library, 'index'))).toHaveLength(1)
      // Opened again, all is known.
      expect(await workbench.call('recordings.open', { path })).toEqual(facts)
    } finally {
      await workbench.close()
    }
  })

  it('are read two at a time at most: a third one stops the first', async () => {
    const pool = new DataPool({ size: 1 })
    const told: OpenRecordingFacts[] = []
    const index = join(folder, 'other index')
    mkdirSync(index)
    const following = new Following(pool, index, (facts) => told.push(facts), 20)
    try {
      for (const path of paths) expect(await following.open(join(folder, path))).toMatchObject({ complete: false })
      const done = () => told.filter((facts) => facts.complete).map((facts) => facts.path)
      await vi.waitFor(() => expect(done().sort()).toEqual([join(folder, 'b.bin'), join(folder, 'c.bin')]), { timeout: 30_000, interval: 20 })
      await wait(200)
      expect(done()).toHaveLength(2)
      expect(readdirSync(index)).toHaveLength(2)
    } finally {
      await pool.close()
    }
  })

  it('say where reading stopped', async () => {
    const pool = new DataPool({ size: 1 })
    const told: OpenRecordingFacts[] = []
    const following = new Following(pool, join(folder, 'no index'), (facts) => told.push(facts), 20)
    const path = join(folder, 'b.bin')
    expect((await following.open(path)).complete).toBe(false)
    await pool.close()
    await vi.waitFor(() => expect(told.at(-1)?.complete).toBe(true), { timeout: 10_000 })
    expect(told.at(-1)!.problems.at(-1)).toMatchObject({ severity: 'error', message: expect.stringContaining('Reading stopped') as string })
    expect(existsSync(join(folder, 'no index'))).toBe(false)
  })
})
