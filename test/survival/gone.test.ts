import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openBench, type TestBench } from '../support/workbench.ts'
import { canMount, SmallDisk } from './disk.ts'
import { copyOfWell, failed, full, imported, onlyInFull, ownFolder, refused, removeWell, said, sound } from './sick.ts'
import { run } from './story.ts'

const words = /(gone|can't be reached any more).*(moved|removed).*(bring it back|try again)/is
const mountable = canMount('ext4')

interface Away {
  readonly library: string
  leave(): void
  comeBack(): void
}

/** A library that goes away: its disk is pulled out under it, or its folder gets another name. */
const ways = {
  'disk pulled out': async (): Promise<Away> => {
    const disk = new SmallDisk('ext4', 16)
    onTestFinished(() => disk.remove())
    const { library } = await copyOfWell(join(disk.folder, 'library'), ['runs'])
    return { library, leave: () => disk.pull(), comeBack: () => disk.attach() }
  },
  'folder renamed': async (): Promise<Away> => {
    const { library } = await copyOfWell(join(ownFolder(), 'library'), ['runs'])
    return { library, leave: () => renameSync(library, `${library}-elsewhere`), comeBack: () => renameSync(`${library}-elsewhere`, library) }
  },
} as const
const runnable = (['disk pulled out', 'folder renamed'] as const).map((way) => ({ way, skip: !full || (way === 'disk pulled out' && !mountable) }))

const begin = async (bench: TestBench) => bench.call('runs.start', run((await bench.call('datasets.list', {})).datasets[0]?.id ?? ''))

removeWell()

describe('a library that goes away', () => {
  for (const { way, skip } of runnable) {
    const why = skip && full ? ' (skipped: mounting a file system takes root on Linux)' : onlyInFull

    it.skipIf(skip)(`while a run trains (${way}): it says so, and resumes to the same numbers when it is back${why}`, async () => {
      const { library, leave, comeBack } = await ways[way]()
      const bench = openBench(library)
      const { job, run: id } = await begin(bench)
      await new Promise<void>((resolve) => bench.workbench.on('run.step', () => resolve()))
      leave()
      const message = await failed(bench, job)
      said(`${way}, training`, message)
      expect(message).toMatch(words)
      // Nothing is made where it was.
      expect(existsSync(library) ? readdirSync(library) : []).toEqual([])
      const lists = await Promise.all((['datasets.list', 'runs.list', 'models.list'] as const).map((name) => refused(bench.call(name, {}))))
      said(`${way}, lists`, lists[0] ?? null)
      for (const text of lists) expect(text).toMatch(words)
      expect(await refused(bench.call('settings.change', { threads: 1 }))).toMatch(words)
      if (way === 'folder renamed') {
        // The same workbench goes on.
        comeBack()
        expect((await bench.call('runs.list', {})).runs).toHaveLength(1)
      }
      await bench.workbench.close()
      if (way !== 'folder renamed') comeBack()
      await sound(library)
      const again = openBench(library)
      await again.done((await again.call('runs.resume', { id })).job)
      await again.workbench.close()
      expect((await sound(library)).epochs).toHaveLength(12)
    })

    it.skipIf(skip)(`while recordings are imported (${way}): it says so, and goes on when it is back${why}`, async () => {
      const { library, leave, comeBack } = await ways[way]()
      const { recordings } = await copyOfWell(join(ownFolder(), 'unused'), ['runs'])
      const bench = openBench(library)
      const options = { ...imported(recordings), name: 'more', seed: 4 }
      let left = false
      bench.workbench.on('job.changed', ({ progress }) => {
        if (left || progress === null) return
        left = true
        leave()
      })
      const { job } = await bench.call('datasets.import', options)
      const message = await failed(bench, job)
      said(`${way}, import`, message)
      expect(message).toMatch(words)
      await bench.workbench.close()
      comeBack()
      const again = openBench(library)
      await again.done((await again.call('datasets.import', options)).job)
      await again.workbench.close()
      await sound(library)
    })
  }

  it('before something is begun: nothing is made in its place', async () => {
    const { library, leave, comeBack } = await ways['folder renamed']()
    const bench = openBench(library)
    const dataset = (await bench.call('datasets.list', {})).datasets[0]?.id ?? ''
    leave()
    const { recordings } = await copyOfWell(join(ownFolder(), 'unused'))
    expect(await refused(bench.call('datasets.import', imported(recordings)))).toMatch(words)
    expect(await refused(bench.call('runs.start', run(dataset)))).toMatch(/gone|no such|There is no dataset/i)
    expect(existsSync(library)).toBe(false)
    // An empty folder in its place, as a mount point is: still nothing.
    mkdirSync(library)
    expect(await refused(bench.call('datasets.import', imported(recordings)))).toMatch(words)
    expect(readdirSync(library)).toEqual([])
    renameSync(library, `${library}-empty`)
    comeBack()
    await bench.workbench.close()
    await sound(library)
  })
})
