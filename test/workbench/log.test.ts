import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromBuffer, type ZipFile } from 'yauzl'
import type { LogEntry } from '../../preload/contract/index.ts'
import { withoutHome } from '../../main/workbench/diagnostics.ts'
import { Log } from '../../main/workbench/log.ts'
import { openBench, shapes, temporaryFolder } from '../support/workbench.ts'

const about = { level: 'error', source: 'job', where: 'import', detail: null } as const

describe('the log', () => {
  test('keeps entries over files that are put aside, latest first, and lets the oldest go', () => {
    const folder = temporaryFolder('log')
    const log = new Log(folder, { maxBytes: 500, keep: 2 })
    for (let i = 0; i < 20; i++) log.write({ ...about, message: `fault ${i}` })
    expect(readdirSync(log.folder).sort()).toEqual(['saccade.1.log', 'saccade.2.log', 'saccade.log'])
    for (const file of log.files()) expect(statSync(file).size).toBeLessThanOrEqual(500)
    const messages = log.entries(100).map(({ message }) => message)
    expect(messages[0]).toBe('fault 19')
    expect(messages).toEqual(Array.from({ length: messages.length }, (_, i) => `fault ${19 - i}`))
    expect(messages.length).toBeGreaterThan(5)
    expect(messages.length).toBeLessThan(20)
    expect(new Log(folder).entries(1)[0]?.message).toBe('fault 19')
  })

  test('a flood is counted, not written', () => {
    let now = 0
    const log = new Log(temporaryFolder('log'), { perMinute: 3, now: () => now })
    for (let i = 0; i < 1000; i++) log.write({ ...about, message: `fault ${i}` })
    expect(log.entries(10)).toHaveLength(3)
    now = 61_000
    log.write({ ...about, message: 'later' })
    expect(log.entries(10).map(({ message }) => message).slice(0, 2)).toEqual(['later', '997 more entries within a minute were left out.'])
  })

  test('what is damaged in it is passed over, and what can not be written is no error', () => {
    const folder = temporaryFolder('log')
    const log = new Log(folder)
    log.write({ ...about, message: 'before' })
    appendFileSync(join(folder, 'logs/saccade.log'), '{"time":\n\u0000\n[]\n')
    log.write({ ...about, level: 'info', message: 'after', detail: 'x'.repeat(10_000) })
    expect(log.entries(10).map(({ message }) => message)).toEqual(['after', 'before'])
    expect(log.entries(10, 'error').map(({ message }) => message)).toEqual(['before'])
    expect(log.entries(1)[0]?.detail).toHaveLength(8000)
    const heard: LogEntry[] = []
    writeFileSync(join(folder, 'file'), '')
    new Log(join(folder, 'file'), {}, (entry) => heard.push(entry)).write({ ...about, message: 'nowhere' })
    expect(heard).toMatchObject([{ message: 'nowhere' }])
  })
})

/** Names and texts of a zip. */
async function unzip(path: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(readFileSync(path), { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: { fileName: string }) =>
      zip.openReadStream(entry as never, (error, stream) => {
        if (error) return reject(error)
        let text = ''
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
        stream.on('end', () => {
          texts.set(entry.fileName, text)
          zip.readEntry()
        })
      }),
    )
    zip.on('end', () => resolve())
    zip.readEntry()
  })
  return texts
}

test('faults of jobs, calls and windows are kept, and the diagnostics hold them without recordings and without the home folder', async () => {
  const folder = temporaryFolder('diagnostics')
  await shapes(join(folder, 'secret-recordings'), 1)
  const bench = openBench(join(folder, 'library'))
  const heard: LogEntry[] = []
  bench.workbench.on('log.written', (entry) => heard.push(entry))
  const failing = await bench.call('datasets.import', { folder: join(homedir(), 'nowhere'), name: 'Bad', framing: {} })
  await bench.ended(failing.job)
  await expect(bench.call('recordings.open', { path: '/nowhere.bin' })).rejects.toThrow()
  await expect(bench.call('runs.get', { id: 'nothing' })).rejects.toThrow()
  await bench.call('log.report', { level: 'error', source: 'window', where: '#/training', message: 'x is undefined', detail: 'at render' })
  const { entries } = await bench.call('log.entries', {})
  expect(entries.map(({ level, source, where }) => [level, source, where])).toEqual([
    ['error', 'window', '#/training'],
    ['info', 'call', 'runs.get'],
    ['error', 'call', 'recordings.open'],
    ['error', 'job', 'import'],
  ])
  expect(heard).toEqual(entries.toReversed())
  const saved = await bench.call('log.diagnostics', { path: folder })
  await expect(bench.call('log.diagnostics', { path: saved.path })).rejects.toThrow('there is already a file of this name')
  await bench.workbench.close()
  const texts = await unzip(saved.path)
  expect([...texts.keys()]).toEqual(['about.json', 'devices.json', 'settings.json', 'jobs.json', 'logs/saccade.log'])
  expect(saved.files).toEqual([...texts.keys()])
  expect(JSON.parse(texts.get('about.json') ?? '')).toMatchObject({ library: { datasets: 0, runs: 0 }, versions: { node: process.versions.node } })
  expect(JSON.parse(texts.get('jobs.json') ?? '')).toMatchObject([{ kind: 'import', state: 'failed' }])
  const all = [...texts.values()].join()
  expect(all).toContain('~/nowhere')
  expect(all).not.toContain(join(homedir(), 'nowhere'))
  expect(all).not.toContain('secret-recordings')
})

test('homes are shortened in JSON of Windows too', () => {
  expect(withoutHome(String.raw`{"path":"C:\\Users\\Ada\\data"} C:\Users\Ada\x`, String.raw`C:\Users\Ada`)).toBe(String.raw`{"path":"~\\data"} ~\x`)
  expect(withoutHome('/data', '/')).toBe('/data')
})

test('saccade diagnostics', () => {
  const folder = temporaryFolder('diagnostics')
  const out = execFileSync(process.execPath, ['main/headless.ts', 'diagnostics', '--out', join(folder, 'd.zip'), '--library', join(folder, 'library'), '--json'], { encoding: 'utf8' })
  expect(JSON.parse(out)).toMatchObject({ path: join(folder, 'd.zip') })
  expect(existsSync(join(folder, 'd.zip'))).toBe(true)
})
