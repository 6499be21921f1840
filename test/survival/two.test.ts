import { spawn } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../main/datasets/dataset.ts'
import { openBench } from '../support/workbench.ts'
import { saccade } from '../support/cli.ts'
import { copyOfWell, full, onlyInFull, ownFolder, removeWell, said, sound, well } from './sick.ts'

/** Commands on one library at the same time, each in a process of its own. */
const together = (library: string, ...commands: readonly string[][]) => Promise.all(commands.map((args) => saccade(...args, '--library', library)))

removeWell()

describe('two Saccades on one library', () => {
  it.skipIf(!full)(`import different recordings under the same name: two datasets, both whole${onlyInFull}`, async () => {
    const { library, recordings } = await copyOfWell(join(ownFolder(), 'library'))
    const copy = join(ownFolder(), 'recordings')
    mkdirSync(copy)
    cpSync(recordings, copy, { recursive: true })
    const ends = await together(library, ['import', recordings, '--name', 'same', '--resize', '8x8'], ['import', copy, '--name', 'same', '--resize', '8x8'])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    for (const id of ['same', 'same-2']) {
      const dataset = openDataset(join(library, 'datasets', id))
      expect(dataset.count).toBe(16)
      dataset.close()
    }
    await sound(library)
  })

  it.skipIf(!full)(`do the very same import: one does it, the other says by whom it is done, or does it after that${onlyInFull}`, async () => {
    const { library, recordings } = await copyOfWell(join(ownFolder(), 'library'))
    const args = ['import', recordings, '--name', 'same', '--resize', '8x8']
    const ends = await together(library, args, args, args)
    expect(ends.some(({ code }) => code === 0)).toBe(true)
    for (const { code, stderr } of ends.filter((end) => end.code !== 0)) {
      said('two instances, the same import', stderr.trim().split('\n').find((line) => line.includes('process')) ?? stderr)
      expect(code).toBe(2)
      expect(stderr).toMatch(/The dataset "same(-\d)?" is being worked on already, by process \d+\. Wait for it, or end it there\./)
    }
    await sound(library)
  })

  it.skipIf(!full)(`train the same run: one trains, the other says who does, and the numbers are those of one${onlyInFull}`, async () => {
    const { library, outcome } = await copyOfWell(join(ownFolder(), 'library'), ['runs'])
    const { runs } = await well().then(async (original) => {
      const bench = openBench(original.library)
      const listed = await bench.call('runs.list', {})
      await bench.workbench.close()
      return listed
    })
    // A run that waits, made and left by a process that ended.
    const bench = openBench(library)
    const { job, run } = await bench.call('runs.start', { ...runs[0]!.config })
    await bench.call('jobs.cancel', { id: job })
    await bench.ended(job)
    await bench.workbench.close()
    const resume = ['train', '--resume', run]
    const ends = await together(library, resume, resume)
    const others = ends.filter(({ code }) => code !== 0)
    expect(others.length).toBeLessThan(2)
    for (const { stderr } of others) {
      said('two instances, the same run', stderr.trim().split('\n').find((line) => /process \d+|finished/.test(line)) ?? stderr)
      expect(stderr).toMatch(/being trained (already, by process|by another Saccade \(process) \d+|is finished: there is nothing to resume/)
    }
    const { epochs, weights } = await sound(library)
    expect({ epochs, weights }).toEqual({ epochs: outcome.epochs, weights: outcome.weights })
  })

  it('change different settings: each keeps what the other has changed', async () => {
    const library = join(ownFolder(), 'library')
    const [one, other] = [openBench(library), openBench(library)]
    await one.call('settings.change', { threads: 2 })
    await other.call('settings.change', { theme: 'dark' })
    await one.call('settings.change', { device: 'webgpu' })
    expect((await one.call('settings.get', {})).settings).toMatchObject({ threads: 2, theme: 'dark', device: 'webgpu' })
    await Promise.all([one.workbench.close(), other.workbench.close()])
  })

  it.skipIf(!full)(`write the catalogue at once: every row of both is there${onlyInFull}`, async () => {
    const { recordings } = await well()
    const library = join(ownFolder(), 'library')
    const lives = [0, 1, 2].map(() => new Promise<number | null>((resolve) => {
      spawn(process.execPath, [join(import.meta.dirname, 'life.ts'), library, recordings, 'catalogue'], { stdio: 'ignore' }).on('close', resolve)
    }))
    expect(await Promise.all(lives)).toEqual([0, 0, 0])
    expect((await sound(library)).rows).toHaveLength(16)
  })
})
