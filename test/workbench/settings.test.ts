import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SpawnChild } from '../../main/training/child.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { Settings } from '../../main/workbench/settings.ts'
import { boundOf } from '../../main/threads.ts'
import { createWorkbench } from '../../main/workbench/workbench.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

const defaults = { theme: 'auto', device: 'cpu', threads: null, memoryBytes: null, updates: null }
const quiet = (): void => undefined

describe('settings', () => {
  test('begin with defaults, change alone, and are there after the next start', async () => {
    const folder = temporaryFolder('settings')
    const first = openBench(folder)
    expect(await first.call('settings.get', {})).toEqual({ settings: defaults, problem: null, library: { path: folder, next: null, changeable: false } })
    expect(existsSync(join(folder, 'settings.json'))).toBe(false)
    const heard: unknown[] = []
    first.workbench.on('settings.changed', (settings) => heard.push(settings))
    await first.call('settings.change', { theme: 'dark' })
    await first.call('settings.change', { threads: 3, device: 'webgpu' })
    await first.workbench.close()
    const wanted = { ...defaults, theme: 'dark', threads: 3, device: 'webgpu' }
    expect(heard.at(-1)).toEqual(wanted)
    expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toEqual({ version: 1, ...wanted })
    const second = openBench(folder)
    expect((await second.call('settings.get', {})).settings).toEqual(wanted)
    await second.workbench.close()
  })

  test.each([
    [{ threads: 0 }, 'threads: must be at least 1'],
    [{ threads: 2.5 }, 'threads: must be a whole number'],
    [{ memoryBytes: 1 }, 'memoryBytes: must be at least 67108864'],
    [{ device: 'tpu' }, 'device: '],
    [{ theme: 'pink' }, 'theme: '],
    [{ updates: 'http://example.com/' }, 'updates: must be an address that begins with https://'],
  ])('%j is refused, and nothing changes', async (change, message) => {
    const bench = openBench(temporaryFolder('settings'))
    await expect(bench.call('settings.change', change as never)).rejects.toThrow(message)
    expect((await bench.call('settings.get', {})).settings).toEqual(defaults)
    await bench.workbench.close()
  })

  test.each([
    ['no JSON', '{', 'not valid JSON'],
    ['of another kind', '{"threads": "many"}', 'threads: '],
  ])('a file that is %s is told, and mended by the next change', (_name, text, message) => {
    const folder = temporaryFolder('settings')
    writeFileSync(join(folder, 'settings.json'), text)
    const settings = new Settings(folder, quiet)
    expect(settings.values).toEqual(defaults)
    expect(settings.report().problem).toContain(message)
    settings.change({ theme: 'light' })
    expect(settings.report().problem).toBe(null)
    expect(new Settings(folder, quiet).values).toEqual({ ...defaults, theme: 'light' })
  })

  test('that can not be written do not change', () => {
    const folder = temporaryFolder('settings')
    mkdirSync(join(folder, 'settings.json'))
    const settings = new Settings(folder, quiet)
    expect(() => settings.change({ threads: 2 })).toThrow('settings.json')
    expect(settings.values).toEqual(defaults)
  })

  test('reach the processes that compute', async () => {
    const told: Record<string, string>[] = []
    const spawn: SpawnChild = (_path, env) => {
      told.push(env)
      throw new Error('No process is needed here.')
    }
    const workbench = createWorkbench({ library: temporaryFolder('settings'), host: 'browser', spawn })
    await workbench.call('devices.measure', { device: 'cpu' }).catch(() => undefined)
    await workbench.call('settings.change', { threads: 1, memoryBytes: 2 ** 28 })
    await workbench.call('devices.measure', { device: 'cpu' }).catch(() => undefined)
    expect(told).toEqual([{}, { SACCADE_THREADS: '1', SACCADE_MEMORY: String(2 ** 28) }])
    await workbench.close()
  })

  test('threads are what a process that was told goes by, its data workers too', () => {
    const settings = new Settings(temporaryFolder('settings'), quiet)
    settings.change({ threads: 3 })
    const said = execFileSync(process.execPath, [join(import.meta.dirname, 'threads-child.ts')], { env: { ...process.env, ...settings.environment() }, encoding: 'utf8' })
    expect(JSON.parse(said)).toEqual({ workers: 3, bound: 3 })
    expect(['1', '16', undefined, '', '0', '-2', '2.5', 'many'].map(boundOf)).toEqual([1, 16, null, null, null, null, null, null])
  })

  test('another library is chosen on the desktop only, and only where one can be kept', () => {
    const folder = temporaryFolder('settings')
    const other = join(folder, 'other')
    expect(() => new Settings(folder, quiet).chooseLibrary(other)).toThrow('SACCADE_LIBRARY')
    let next: string | null = null
    const choice = { get next() { return next }, choose: (path: string) => void (next = path) }
    const settings = new Settings(folder, quiet, choice)
    expect(() => settings.chooseLibrary('/dev/null/library')).toThrow(/\/dev\/null\/library: no library can be kept here \(ENOTDIR\)/)
    expect(() => settings.chooseLibrary('library')).toThrow('the whole path')
    expect(settings.chooseLibrary(other).library).toEqual({ path: folder, next: other, changeable: true })
    expect(existsSync(other)).toBe(true)
  })
})

test('the pool of data workers shrinks and grows while it works', async () => {
  const pool = new DataPool({ size: 3 })
  const files = ['a', 'b', 'c', 'd'].map((name) => `/nowhere/${name}.bin`)
  const outcomes = Promise.allSettled(files.map((path) => pool.run('inspect', { path })))
  pool.resize(1)
  expect(pool.size).toBe(1)
  expect((await outcomes).map(({ status }) => status)).toEqual(files.map(() => 'rejected'))
  pool.resize(2)
  await expect(pool.run('inspect', { path: '/nowhere/e.bin' })).rejects.toThrow('/nowhere/e.bin')
  await pool.close()
})
