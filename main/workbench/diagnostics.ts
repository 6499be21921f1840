import { createWriteStream, existsSync, readFileSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { arch, cpus, homedir, release, totalmem } from 'node:os'
import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { DeviceReport, SettingsReport } from '../../preload/contract/index.ts'
import { storageError, temporaryName } from '../training/atomic.ts'
import { VERSION } from '../version.ts'
import { UsageError, type Handlers } from './api.ts'
import { zipFor } from './free-path.ts'
import type { Library } from './library.ts'
import type { Log } from './log.ts'

export interface DiagnosticsSources {
  readonly library: Library
  readonly log: Log
  readonly engine: string
  readonly host: string
  settings(): SettingsReport
  devices(): readonly DeviceReport[]
}

/** "/home/ada/data" becomes "~/data", in plain text and in JSON, where a backslash is written twice. */
export function withoutHome(text: string, home = homedir()): string {
  if (home.length < 2) return text
  return text.replaceAll(JSON.stringify(home).slice(1, -1), '~').replaceAll(home, '~')
}

/** What the zip holds: names and texts. Of recordings, datasets, runs and models only how many there are. */
export function diagnostics({ library, log, engine, host, settings, devices }: DiagnosticsSources): Map<string, string> {
  const { bsize, bavail } = statfsSync(library.root)
  const about = {
    saccade: VERSION,
    host,
    engine,
    versions: process.versions,
    system: { platform: process.platform, arch: arch(), release: release() },
    processor: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    memoryBytes: totalmem(),
    library: {
      path: library.root,
      datasets: library.ids('datasets').length,
      runs: library.ids('runs').length,
      models: library.ids('models').length,
      freeBytes: bsize * bavail,
    },
  }
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  const texts: [string, string][] = [
    ['about.json', json(about)],
    ['devices.json', json(devices())],
    ['settings.json', json(settings())],
    ['jobs.json', json(library.entries.jobs(1000))],
    ...log.files().map((path): [string, string] => [`logs/${basename(path)}`, readFileSync(path, 'utf8')]),
  ]
  return new Map(texts.map(([name, text]) => [name, withoutHome(text)]))
}

/**
 * Saves them as a zip that appears when it is whole.
 * @param given the file, or a folder that gets saccade-diagnostics-DATE.zip
 * @throws UsageError where the file is there already; StorageError where it can't be written
 */
export async function saveDiagnostics(sources: DiagnosticsSources, given: string): Promise<{ path: string; files: string[] }> {
  const path = zipFor(resolve(given), `saccade-diagnostics-${new Date().toISOString().slice(0, 10)}`)
  if (existsSync(path)) throw new UsageError(`${path}: there is already a file of this name. Choose another name.`)
  const texts = diagnostics(sources)
  const temporary = temporaryName(path)
  const zip = new ZipFile()
  for (const [name, text] of texts) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  try {
    await pipeline(zip.outputStream, createWriteStream(temporary))
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw storageError(path, error)
  }
  return { path, files: [...texts.keys()] }
}

export function logHandlers(log: Log, sources: DiagnosticsSources): Pick<Handlers, 'log.entries' | 'log.report' | 'log.diagnostics'> {
  return {
    'log.entries': ({ limit, level }) => ({ entries: log.entries(limit, level), folder: log.folder }),
    'log.report': (entry) => {
      log.write(entry)
      return {}
    },
    'log.diagnostics': ({ path }) => saveDiagnostics(sources, path),
  }
}
