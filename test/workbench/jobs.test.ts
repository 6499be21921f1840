import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Job } from '../../preload/contract/index.ts'
import { Cancelled, Jobs, Lane, type JobContext } from '../../main/workbench/jobs.ts'
import type { Emit } from '../../main/workbench/api.ts'

/** Jobs, and all that they told. */
function listening(): { jobs: Jobs; told: Job[] } {
  const told: Job[] = []
  const emit: Emit = (name, payload) => {
    if (name === 'job.changed') told.push(payload as Job)
  }
  return { jobs: new Jobs(emit), told }
}
const about = { kind: 'import', title: 'Import x', subject: 'x' } as const
/** Work that goes on until it is cancelled. */
const untilCancelled = ({ signal }: JobContext): Promise<string> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

describe('jobs', () => {
  test('a job is told from its start to its end, and its result is the last detail', async () => {
    const { jobs, told } = listening()
    const { id } = jobs.start(about, async ({ update }) => {
      update({ progress: 0.5, detail: 'half', rate: '10 files/s', secondsLeft: 3 })
      return '20 files'
    })
    const ended = await jobs.ended(id)
    expect(ended).toMatchObject({ state: 'done', progress: 1, detail: '20 files', secondsLeft: null, error: null, subject: 'x' })
    expect(told[0]).toMatchObject({ id, state: 'running', progress: null })
    expect(told.at(-1)).toEqual(ended)
  })

  test('progress is told at most ten times a second, and the latest is never lost', async () => {
    const { jobs, told } = listening()
    const start = performance.now()
    const { id } = jobs.start(about, async ({ update }) => {
      for (let i = 1; i <= 50; i++) {
        update({ progress: i / 100 })
        await sleep(10)
      }
      await sleep(150)
      return 'done'
    })
    await jobs.ended(id)
    const seconds = (performance.now() - start) / 1000
    const progress = told.filter((job) => job.state === 'running' && job.progress !== null)
    expect(progress.length).toBeGreaterThan(3)
    expect(progress.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1)
    expect(progress.at(-1)?.progress).toBe(0.5)
  })

  test('a failure is an error for people; the workbench goes on', async () => {
    const { jobs } = listening()
    const { id } = jobs.start(about, () => Promise.reject(new Error('a.bin: not a recording')))
    expect(await jobs.ended(id)).toMatchObject({ state: 'failed', error: 'a.bin: not a recording' })
    const thrown = jobs.start(about, () => {
      throw new Error('at once')
    })
    expect(await jobs.ended(thrown.id)).toMatchObject({ state: 'failed', error: 'at once' })
  })

  test('cancelling reaches the work; what it says is left is shown', async () => {
    const { jobs } = listening()
    const plain = jobs.start(about, untilCancelled)
    const saying = jobs.start(about, (context) =>
      untilCancelled(context).catch(() => {
        throw new Cancelled('Saved after epoch 3.')
      }),
    )
    const early = jobs.start(about, () => Promise.reject(new Error('must not begin')))
    jobs.cancel(early.id)
    expect(await jobs.ended(early.id)).toMatchObject({ state: 'cancelled' })
    jobs.cancel(plain.id)
    jobs.cancel(saying.id)
    expect(await jobs.ended(plain.id)).toMatchObject({ state: 'cancelled', error: null })
    expect(await jobs.ended(saying.id)).toMatchObject({ state: 'cancelled', detail: 'Saved after epoch 3.' })
    jobs.cancel(plain.id)
    expect(jobs.get(plain.id)).toMatchObject({ state: 'cancelled' })
  })

  test('a job that is cancelled and finishes all the same is done; one that breaks on the way has failed', async () => {
    const { jobs } = listening()
    const finishing = jobs.start(about, async ({ signal }) => {
      while (!signal.aborted) await sleep(5)
      return 'was almost through'
    })
    const breaking = jobs.start(about, (context) =>
      untilCancelled(context).catch(() => {
        throw new Error('the disk is full')
      }),
    )
    await sleep(1)
    jobs.cancel(finishing.id)
    jobs.cancel(breaking.id)
    expect(await jobs.ended(finishing.id)).toMatchObject({ state: 'done', detail: 'was almost through' })
    expect(await jobs.ended(breaking.id)).toMatchObject({ state: 'failed', error: 'the disk is full' })
  })

  test('of a thousand ended jobs the latest hundred are listed, and those that still work', async () => {
    const { jobs } = listening()
    const { id: working } = jobs.start(about, untilCancelled)
    for (let i = 0; i < 1000; i++) await jobs.ended(jobs.start(about, async () => `${i}`).id)
    const listed = jobs.list()
    expect(listed).toHaveLength(101)
    expect([listed[0]!.id, listed[1]!.detail, listed.at(-1)!.detail]).toEqual([working, '900', '999'])
    // A window may still show one that is forgotten here.
    expect(() => jobs.dismiss('job-2')).not.toThrow()
    await jobs.close()
  })

  test('ended jobs can be dismissed, running ones not', async () => {
    const { jobs } = listening()
    const { id } = jobs.start(about, untilCancelled)
    expect(() => jobs.dismiss(id)).toThrow('cancel it first')
    jobs.cancel(id)
    await jobs.ended(id)
    jobs.dismiss(id)
    expect(jobs.list()).toEqual([])
    expect(() => jobs.cancel(id)).toThrow(`There is no job "${id}"`)
  })

  test('closing cancels all and waits for them', async () => {
    const { jobs } = listening()
    let saved = false
    jobs.start(about, (context) =>
      untilCancelled(context).catch(async () => {
        await sleep(30)
        saved = true
        return 'saved'
      }),
    )
    await sleep(1)
    await jobs.close()
    expect(saved).toBe(true)
  })
})

describe('a lane', () => {
  test('lets one in at a time, in order; who waits says so and can be cancelled', async () => {
    const { jobs } = listening()
    const lane = new Lane()
    const order: string[] = []
    const ends: (() => void)[] = []
    const start = (name: string): Job =>
      jobs.start({ ...about, subject: name }, (context) =>
        context.inLane(lane, async () => {
          order.push(name)
          await new Promise<void>((resolve) => ends.push(resolve))
          return name
        }),
      )
    const [a, b, c] = [start('a'), start('b'), start('c')]
    await sleep(20)
    expect(jobs.list().map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting'])
    jobs.cancel(b.id)
    expect(await jobs.ended(b.id)).toMatchObject({ state: 'cancelled' })
    expect(jobs.get(c.id)?.state).toBe('waiting')
    ends[0]?.()
    await jobs.ended(a.id)
    await sleep(20)
    expect(jobs.get(c.id)?.state).toBe('running')
    ends[1]?.()
    await jobs.ended(c.id)
    expect(order).toEqual(['a', 'c'])
    expect(lane.busy).toBe(false)
  })

  test('lets in who has the highest priority when it is free, equal ones in order', async () => {
    const lane = new Lane()
    const { signal } = new AbortController()
    const order: string[] = []
    let leave = (): void => undefined
    const held = lane.run(signal, () => new Promise<void>((resolve) => (leave = resolve)))
    let late = 0
    const enter = (name: string, priority?: () => number): Promise<void> => lane.run(signal, () => Promise.resolve(void order.push(name)), priority)
    const others = [enter('a'), enter('low', () => -1), enter('b'), enter('raised', () => late)]
    const cancelled = new AbortController()
    const gone = lane.run(cancelled.signal, () => Promise.resolve(void order.push('gone')), () => 9)
    cancelled.abort()
    await expect(gone).rejects.toThrow(Cancelled)
    late = 2
    leave()
    await Promise.all([held, ...others])
    expect(order).toEqual(['raised', 'a', 'b', 'low'])
    expect(lane.busy).toBe(false)
  })

  test('is free again after a failure', async () => {
    const lane = new Lane()
    const { signal } = new AbortController()
    await expect(lane.run(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(lane.run(signal, () => Promise.resolve(1))).resolves.toBe(1)
  })
})
