import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openBench, temporaryFolder, type TestBench } from '../support/workbench.ts'

const open = (library: string): TestBench => {
  const bench = openBench(library, { settleMs: 50, watch: true })
  onTestFinished(() => bench.workbench.close())
  return bench
}
const notices = async (bench: TestBench) => (await bench.call('library.notices', {})).notices

describe('notices of the library', () => {
  it('are none where all is well', async () => {
    expect(await notices(open(temporaryFolder('notices')))).toEqual([])
  })

  it('tell of a damaged database, of what can not be read in the folders, and of damaged readings', async () => {
    const library = temporaryFolder('notices')
    writeFileSync(join(library, 'library.db'), 'this is no database, and long enough to be one by its size '.repeat(400))
    writeFileSync(join(library, 'texts.json'), '{"version":')
    for (const [kind, file] of [['datasets', 'manifest.json'], ['models', 'model.json'], ['runs', 'run.json']] as const) {
      mkdirSync(join(library, kind, 'broken'), { recursive: true })
      writeFileSync(join(library, kind, 'broken', file), '{')
    }
    const bench = open(library)
    const found = await notices(bench)
    expect(found.map(({ severity }) => severity)).toEqual(['error', 'error', 'error', 'error', 'error'])
    expect(found.map(({ message }) => message).join('\n')).toMatch(/was damaged. It was set aside[^]*texts.json is damaged[^]*dataset "broken" can't be read[^]*run "broken"[^]*model "broken"/)
    expect(new Set(found.map(({ id }) => id)).size).toBe(5)
    // The same for as long as it is so, and gone with its cause.
    rmSync(join(library, 'models/broken'), { recursive: true })
    writeFileSync(join(library, 'texts.json'), '{"version":1,"readings":[]}')
    expect((await notices(bench)).map(({ id }) => id)).toEqual(found.map(({ id }) => id).filter((id) => !/^(texts|models) /.test(id)))
  })

  it('tell of files that are no recordings, and of watch folders that have gone and come back', async () => {
    const root = temporaryFolder('notices')
    const bench = open(join(root, 'library'))
    const folder = join(root, 'camera')
    mkdirSync(folder)
    writeFileSync(join(folder, 'photo.bin'), Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1'))
    const { id } = await bench.call('watch.add', { folder, rule: { by: 'none' } })
    await bench.call('watch.settled', { id })
    expect(await notices(bench)).toMatchObject([{ severity: 'warning', recordings: true, message: expect.stringMatching(/photo\.bin is no recording that can be read: this is a PNG picture, not a recording of events\.$/) as string }])
    const empty = join(root, 'empty')
    mkdirSync(empty)
    const second = await bench.call('watch.add', { folder: empty, rule: { by: 'none' } })
    await bench.call('watch.settled', { id: second.id })
    renameSync(empty, join(root, 'gone'))
    await vi.waitFor(async () => expect((await notices(bench)).map(({ watch }) => watch)).toEqual([second.id, null]), 20_000)
    await bench.call('watch.remove', { id: second.id })
    renameSync(folder, join(root, 'away'))
    await vi.waitFor(async () => {
      expect(await notices(bench)).toMatchObject([{ severity: 'warning', watch: id, message: expect.stringMatching(/^Watch folder camera: .* is not there/) as string }])
    }, 20_000)
    renameSync(join(root, 'away'), folder)
    await vi.waitFor(async () => {
      expect((await notices(bench)).map(({ watch, recordings }) => [watch, recordings])).toEqual([[null, true]])
    }, 20_000)
  })
})
