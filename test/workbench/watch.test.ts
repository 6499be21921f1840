import { appendFileSync, closeSync, copyFileSync, cpSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { LibraryRecording } from '../../preload/contract/index.ts'
import { openBench, shapes, smallFraming, temporaryFolder, type TestBench } from '../support/workbench.ts'

let made: string
beforeAll(async () => {
  made = await shapes(temporaryFolder('watch-made', () => undefined), 6)
})
afterAll(() => rmSync(made, { recursive: true, force: true }))

const settleMs = 120
/** A library of its own and an empty folder to watch. */
function start(): { root: string; inbox: string; bench: TestBench } {
  const root = temporaryFolder('watch')
  const inbox = join(root, 'inbox')
  mkdirSync(inbox)
  return { root, inbox, bench: open(join(root, 'library')) }
}
function open(library: string): TestBench {
  const bench = openBench(library, { watch: true, settleMs })
  onTestFinished(() => bench.workbench.close())
  return bench
}
const sample = (index: number): string => {
  const [shape = ''] = readdirSync(made).sort()
  return join(made, shape, readdirSync(join(made, shape)).sort()[index] ?? '')
}
const all = async (bench: TestBench): Promise<readonly LibraryRecording[]> => (await bench.call('library.recordings', { sort: 'name', descending: false })).recordings
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await sleep(40)
  }
}

describe('watch folders', () => {
  test('what lies there and what comes is read, labelled by its subfolder, and told', async () => {
    const { inbox, bench } = start()
    mkdirSync(join(inbox, 'bar'))
    copyFileSync(sample(0), join(inbox, 'bar/one.bin'))
    let told = 0
    bench.workbench.on('library.changed', ({ what }) => void (told += what === 'recordings' ? 1 : 0))
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'subfolder' } })
    expect(await bench.call('watch.settled', { id })).toMatchObject({ state: 'following', files: 1, unreadable: 0, unlabelled: 0 })
    expect(told).toBeGreaterThan(0)
    mkdirSync(join(inbox, 'new'))
    copyFileSync(sample(1), join(inbox, 'new/two.bin'))
    writeFileSync(join(inbox, 'new/broken.aedat4'), 'nothing of the kind')
    writeFileSync(join(inbox, 'new/notes.txt'), 'not a recording')
    await until('three files', async () => (await all(bench)).length === 3)
    const [broken, one, two] = await all(bench)
    expect([broken?.label, one?.label, two?.label]).toEqual(['new', 'bar', 'new'])
    expect(broken?.failure).toMatch(/text/)
    const facts = await bench.call('recordings.open', { path: sample(1) })
    const full = (await bench.call('library.recordings', { filter: 'two.bin' })).recordings[0]
    expect(full).toMatchObject({ format: facts.format, bytes: readFileSync(sample(1)).length })
    expect(full?.events).toBeGreaterThan(100)
    await until('the facts are complete', async () => (await bench.call('recordings.open', { path: sample(1) })).complete)
    expect(facts.width).toBe(full?.width)
    const details = await bench.call('library.recording', { id: full?.id ?? 0 })
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
    expect(sum(details.statistics.curve.on)).toBe(full?.on)
    expect(sum(details.statistics.curve.on) + sum(details.statistics.curve.off)).toBe(full?.events)
  })

  test('of texts those with events are taken; others once somebody told how they are read', async () => {
    const { inbox, bench } = start()
    const events = (n: number): string => Array.from({ length: n }, (_, i) => `${i * 10},${i % 30},${i % 20},${i % 2}\n`).join('')
    const odd = (n: number): string => `a camera\nand its dump\n${Array.from({ length: n }, (_, i) => `${i % 2};${i * 10};${i % 30};x;${i % 20}\n`).join('')}`
    mkdirSync(join(inbox, 'one'))
    writeFileSync(join(inbox, 'one/a.csv'), events(50))
    writeFileSync(join(inbox, 'one/odd.txt'), odd(40))
    writeFileSync(join(inbox, 'one/a_labels.csv'), 'class,startTime_usec,endTime_usec\n1,2,3\n')
    writeFileSync(join(inbox, 'notes.txt'), 'on a Monday, in rain, with wind, and more\n')
    expect(await bench.call('watch.preview', { folder: inbox, rule: { by: 'subfolder' } })).toMatchObject({ files: 1, unlabelled: 0 })
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'subfolder' } })
    expect(await bench.call('watch.settled', { id })).toMatchObject({ files: 1, unreadable: 0 })
    expect(await all(bench)).toMatchObject([{ name: 'a.csv', label: 'one', events: 50 }])
    await bench.call('recordings.read-text', { path: inbox, reading: { columns: ['p', 't', 'x', null, 'y'] } })
    writeFileSync(join(inbox, 'one/later.txt'), odd(60))
    await until('the next one is read as told', async () => (await all(bench)).some(({ name }) => name === 'later.txt'))
    expect((await all(bench)).find(({ name }) => name === 'later.txt')).toMatchObject({ label: 'one', events: 60, failure: null })
  })

  test('a file that grows, or that another process holds open, is waited for', async () => {
    const { inbox, bench } = start()
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    const bytes = readFileSync(sample(0))
    const path = join(inbox, 'growing.bin')
    writeFileSync(path, bytes.subarray(0, 500))
    for (let at = 500; at < 3000; at += 500) {
      await sleep(60)
      appendFileSync(path, bytes.subarray(at, at + 500))
    }
    expect(await all(bench)).toEqual([])
    const handle = openSync(path, 'a')
    writeSync(handle, bytes.subarray(3000))
    if (process.platform === 'linux') {
      await sleep(settleMs * 5)
      expect(await all(bench)).toEqual([])
    }
    closeSync(handle)
    await until('it is read', async () => (await all(bench)).length === 1)
    expect((await all(bench))[0]).toMatchObject({ bytes: bytes.length, failure: null, problems: 0 })
  })

  test('moved and renamed files keep their identity, copies are named, what is deleted is marked', async () => {
    const { inbox, bench } = start()
    copyFileSync(sample(0), join(inbox, 'a.bin'))
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    const [before] = await all(bench)
    mkdirSync(join(inbox, 'sub'))
    renameSync(join(inbox, 'a.bin'), join(inbox, 'sub/b.bin'))
    await until('the new name', async () => (await all(bench))[0]?.name === 'b.bin' && !(await all(bench))[0]?.missing)
    const [after] = await all(bench)
    expect([after?.id, after?.hash, after?.copies, after?.added]).toEqual([before?.id, before?.hash, 0, before?.added])
    expect((await bench.call('library.recording', { id: after?.id ?? 0 })).files).toHaveLength(1)
    copyFileSync(join(inbox, 'sub/b.bin'), join(inbox, 'copy.bin'))
    await until('the copy', async () => (await all(bench))[0]?.copies === 1)
    expect(await all(bench)).toHaveLength(1)
    expect((await bench.call('library.recording', { id: after?.id ?? 0 })).files.map(({ path }) => path)).toEqual([join(inbox, 'copy.bin'), join(inbox, 'sub/b.bin')])
    rmSync(join(inbox, 'copy.bin'))
    rmSync(join(inbox, 'sub'), { recursive: true })
    await until('it is missed', async () => (await all(bench))[0]?.missing === true)
  })

  test('the same events in another format are found', async () => {
    const { inbox, bench } = start()
    copyFileSync(sample(0), join(inbox, 'a.bin'))
    await bench.done((await bench.call('recordings.convert', { path: sample(0), output: join(inbox, 'a.es'), format: 'es' })).job)
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    const [one, two] = await all(bench)
    expect([one?.sameEvents, two?.sameEvents, one?.copies]).toEqual([1, 1, 0])
    expect((await bench.call('library.recording', { id: one?.id ?? 0 })).twins).toEqual([{ id: two?.id, path: two?.path }])
  })

  test('what changes while nobody follows is found at the next start; what is known is not read again', async () => {
    const { root, inbox, bench } = start()
    copyFileSync(sample(0), join(inbox, 'stays.bin'))
    copyFileSync(sample(1), join(inbox, 'goes.bin'))
    copyFileSync(sample(2), join(inbox, 'changes.bin'))
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    const before = new Map((await all(bench)).map((one) => [one.name, one]))
    await bench.workbench.close()
    rmSync(join(inbox, 'goes.bin'))
    copyFileSync(sample(3), join(inbox, 'changes.bin'))
    copyFileSync(sample(4), join(inbox, 'comes.bin'))
    const again = open(join(root, 'library'))
    await again.call('watch.settled', { id })
    const after = new Map((await all(again)).map((one) => [one.name, one]))
    expect([...after.keys()].sort()).toEqual(['changes.bin', 'comes.bin', 'goes.bin', 'stays.bin'])
    expect(after.get('goes.bin')?.missing).toBe(true)
    expect(after.get('stays.bin')).toEqual(before.get('stays.bin'))
    expect(after.get('changes.bin')?.hash).not.toBe(before.get('changes.bin')?.hash)
  })

  test('a folder that is removed and comes back, and a library that was moved with its recordings', async () => {
    const { root, bench } = start()
    const inside = join(root, 'library/recordings')
    mkdirSync(inside, { recursive: true })
    copyFileSync(sample(0), join(inside, 'a.bin'))
    const { id } = await bench.call('watch.add', { folder: inside, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    renameSync(inside, join(root, 'away'))
    await until('it is gone', async () => (await bench.call('watch.list', {})).watches[0]?.state === 'missing')
    expect((await all(bench))[0]?.missing).toBe(true)
    renameSync(join(root, 'away'), inside)
    await until('it is back', async () => (await all(bench))[0]?.missing === false)
    const [before] = await all(bench)
    await bench.workbench.close()
    cpSync(join(root, 'library'), join(root, 'moved'), { recursive: true, preserveTimestamps: true })
    rmSync(join(root, 'library'), { recursive: true })
    const moved = open(join(root, 'moved'))
    await moved.call('watch.settled', { id })
    expect((await moved.call('watch.list', {})).watches[0]?.folder).toBe(join(root, 'moved/recordings'))
    expect((await all(moved))[0]).toEqual({ ...before, path: join(root, 'moved/recordings/a.bin') })
  })

  test('labels by a pattern: tried first, changed later; what can not be a rule is refused', async () => {
    const { inbox, bench } = start()
    copyFileSync(sample(0), join(inbox, 'cifar10_frog_7.bin'))
    copyFileSync(sample(1), join(inbox, 'cifar10_ship_12.bin'))
    copyFileSync(sample(2), join(inbox, 'other.bin'))
    const pattern = { by: 'pattern' as const, pattern: 'cifar10_(\\w+)_\\d+' }
    expect(await bench.call('watch.preview', { folder: inbox, rule: pattern })).toMatchObject({
      files: 3, error: null, unlabelled: 1, labels: [{ name: 'frog', files: 1 }, { name: 'ship', files: 1 }],
    })
    expect((await bench.call('watch.preview', { folder: inbox, rule: { by: 'pattern', pattern: '(' } })).error).toContain('no regular expression')
    expect((await bench.call('watch.preview', { folder: inbox, rule: { by: 'pattern', pattern: 'cifar' } })).error).toContain('parentheses')
    writeFileSync(join(inbox, `${'a'.repeat(60)}.bin`), '')
    expect((await bench.call('watch.preview', { folder: inbox, rule: { by: 'pattern', pattern: '((a+)+)+$' } })).error).toContain('takes too long')
    rmSync(join(inbox, `${'a'.repeat(60)}.bin`))
    await expect(bench.call('watch.add', { folder: inbox, rule: { by: 'pattern', pattern: '(' } })).rejects.toThrow('no regular expression')
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    await bench.call('watch.update', { id, rule: pattern })
    expect((await all(bench)).map(({ label }) => label)).toEqual(['frog', 'ship', null])
    await expect(bench.call('watch.add', { folder: inbox, rule: pattern })).rejects.toThrow('watched already')
    await bench.call('watch.remove', { id })
    expect(await all(bench)).toHaveLength(3)
  })

  test('a file deleted or written anew while it is read leaves no half of it', async () => {
    const { inbox, bench } = start()
    const { id } = await bench.call('watch.add', { folder: inbox, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    for (let round = 0; round < 30; round++) {
      copyFileSync(sample(round % 6), join(inbox, `f${round % 4}.bin`))
      if (round % 3 === 2) rmSync(join(inbox, `f${round % 4}.bin`))
      if (round % 5 === 4) await sleep(settleMs)
    }
    for (const name of readdirSync(inbox)) rmSync(join(inbox, name))
    copyFileSync(sample(5), join(inbox, 'last.bin'))
    await until('all is settled', async () => {
      const there = (await all(bench)).filter(({ missing }) => !missing)
      return there.length === 1 && there[0]?.name === 'last.bin'
    })
    await bench.call('watch.settled', { id })
    const there = (await all(bench)).filter(({ missing }) => !missing)
    expect(there.map(({ name, failure }) => [name, failure])).toEqual([['last.bin', null]])
  })

  test('a dataset is fed: only what is new is imported, what is in it keeps row and split', async () => {
    const { root, bench } = start()
    const folder = join(root, 'growing')
    const part = (from: number, to: number): void => {
      for (const shape of readdirSync(made)) {
        mkdirSync(join(folder, shape), { recursive: true })
        for (const file of readdirSync(join(made, shape)).sort().slice(from, to)) copyFileSync(join(made, shape, file), join(folder, shape, file))
      }
    }
    part(0, 3)
    const { job, dataset } = await bench.call('datasets.import', { folder, name: 'Growing', framing: smallFraming, testShare: 0.34 })
    await bench.done(job)
    const before = (await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })).samples
    const frames = await bench.call('datasets.frames', { id: dataset, index: 5 })
    const { id } = await bench.call('watch.add', { folder, rule: { by: 'subfolder' }, dataset })
    await bench.call('watch.settled', { id })
    part(3, 6)
    await until('24 samples', async () => (await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })).total === 24)
    const after = (await bench.call('datasets.samples', { id: dataset, from: 0, count: 500 })).samples
    expect(after.slice(0, before.length)).toEqual(before)
    expect(await bench.call('datasets.frames', { id: dataset, index: 5 })).toEqual(frames)
    expect((await bench.call('datasets.frames', { id: dataset, index: 23 })).data.some((value) => value > 0)).toBe(true)
    const summary = await bench.call('datasets.get', { id: dataset })
    expect(summary.test).toEqual([2, 2, 2, 2])
    // The dataset is written before its job ends, and history holds what has ended.
    await until('both imports in the history', async () => {
      const { jobs } = await bench.call('jobs.history', {})
      return jobs.filter(({ kind }) => kind === 'import').length >= 2
    })
    await bench.done((await bench.call('datasets.update', { id: dataset })).job)
    expect((await bench.call('datasets.get', { id: dataset })).hash).toBe(summary.hash)
    const statistics = await bench.call('datasets.statistics', { id: dataset })
    expect(statistics).toMatchObject({ samples: 24, surveyed: 24, imbalance: 1, duplicates: { samples: 0, across: 0 } })
    expect(statistics.onShare).toBeGreaterThan(0)
    expect(readdirSync(join(root, 'library/datasets', dataset)).sort()).toEqual(['frames.npy', 'manifest.json'])
  })
})
