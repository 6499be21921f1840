import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openBench } from '../support/workbench.ts'
import { canMount, SmallDisk, type DiskKind } from './disk.ts'
import { names, run } from './story.ts'
import { copyOfWell, failed, full, imported, refused, removeWell, said, sound, well } from './sick.ts'

const kinds: readonly DiskKind[] = full ? ['tmpfs', 'ext4'] : ['tmpfs']
/** Bytes that are left when the work begins: it breaks off in another place each time. */
const leftOver = full ? [0, 1024, 8192, 20_000] : [8192]

removeWell()

describe.each(kinds)('a full disk (%s)', (kind) => {
  const mountable = canMount(kind)
  const diskIt = mountable ? it : it.skip
  const why = mountable ? '' : ` (skipped: mounting a small ${kind} takes root on Linux)`
  const disk = (megabytes = 8): SmallDisk => {
    const made = new SmallDisk(kind, megabytes)
    onTestFinished(() => made.remove())
    return made
  }

  diskIt.each(leftOver)(`stops an import, which goes on when there is room: %i bytes left${why}`, async (left) => {
    const { recordings, outcome } = await well()
    const small = disk()
    const library = join(small.folder, 'library')
    const bench = openBench(library)
    small.fill(left)
    const message = await bench.call('datasets.import', imported(recordings)).then(({ job }) => failed(bench, job), (error: Error) => error.message)
    said(`disk full, import (${kind}, ${left} bytes left)`, message)
    expect(message).toMatch(/disk is full.*free some space|frames need .* only .* free/is)
    expect((await bench.call('datasets.list', {})).datasets).toEqual([])
    small.empty()
    await bench.done((await bench.call('datasets.import', imported(recordings))).job)
    await bench.workbench.close()
    expect((await sound(library)).datasets).toEqual(outcome.datasets)
  })

  diskIt.each(full ? [0, 1024, 8192] : [])(`stops a training, which resumes to the same numbers: %i bytes left${why}`, async (left) => {
    const small = disk()
    const { library, outcome } = await copyOfWell(join(small.folder, 'library'), ['runs'])
    const bench = openBench(library)
    const dataset = (await bench.call('datasets.list', {})).datasets[0]?.id ?? ''
    const { job, run: id } = await bench.call('runs.start', run(dataset))
    bench.workbench.on('run.step', () => void small.fill(left))
    const message = await failed(bench, job)
    said(`disk full, training (${kind}, ${left} bytes left)`, message)
    expect(message).toMatch(/disk is full.*saved before is untouched.*free some space/is)
    await bench.workbench.close()
    const again = openBench(library)
    // What the disk did not take any more is found out from what it has.
    expect(await again.call('runs.get', { id })).toMatchObject({ state: 'failed', message: expect.stringMatching(/disk is full|[Rr]esume/) as string })
    small.empty()
    await again.done((await again.call('runs.resume', { id })).job)
    await again.workbench.close()
    const { epochs, weights, test } = await sound(library)
    expect({ epochs, weights, test }).toEqual({ epochs: outcome.epochs, weights: outcome.weights, test: outcome.test })
  })

  diskIt.each(full ? [0, 1024, 8192] : [])(`leaves nothing of an export, which is done again: %i bytes left${why}`, async (left) => {
    const small = disk()
    const { library } = await copyOfWell(join(small.folder, 'library'))
    const bench = openBench(library)
    const id = (await bench.call('runs.list', {})).runs[0]?.id ?? ''
    small.fill(left)
    const message = await bench.call('models.export', { run: id, checkpoint: 'best' }).then(({ job }) => failed(bench, job), (error: Error) => error.message)
    said(`disk full, export (${kind}, ${left} bytes left)`, message)
    expect(message).toMatch(/disk is full.*free some space/is)
    expect((await bench.call('models.list', {})).models).toEqual([])
    small.empty()
    await bench.done((await bench.call('models.export', { run: id, checkpoint: 'best' })).job)
    await bench.workbench.close()
    await sound(library)
  })

  diskIt(`leaves settings, watch folders and what is listed as they were${why}`, async () => {
    const small = disk()
    const { library, recordings } = await copyOfWell(join(small.folder, 'library'))
    const bench = openBench(library)
    await bench.call('settings.change', { threads: 1 })
    const before = readFileSync(join(library, 'settings.json'), 'utf8')
    // Listed once while there is room: what is remembered of it then is not what is looked for.
    small.fill()
    const message = await refused(bench.call('settings.change', { threads: 2 }))
    said(`disk full, settings (${kind})`, message)
    expect(message).toMatch(/settings\.json: the disk is full.*saved before is untouched.*free some space/is)
    expect((await bench.call('settings.get', {})).settings.threads).toBe(1)
    const watch = await refused(bench.call('watch.add', { folder: recordings, rule: { by: 'subfolder' }, dataset: null }))
    said(`disk full, library.db (${kind})`, watch)
    expect(watch).toMatch(/library\.db.*disk is full.*free some space/is)
    expect((await bench.call('watch.list', {})).watches).toEqual([])
    expect((await bench.call('datasets.list', {})).datasets.map(({ name }) => name)).toEqual([names.dataset])
    expect((await bench.call('runs.list', {})).runs).toHaveLength(1)
    await bench.workbench.close()
    expect(readFileSync(join(library, 'settings.json'), 'utf8')).toBe(before)
    small.empty()
    await sound(library)
  })
})
