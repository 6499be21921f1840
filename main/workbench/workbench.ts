import { createRequire } from 'node:module'
import { availableParallelism, homedir, totalmem } from 'node:os'
import type { CallName, CallOutput, EventName, EventPayload } from '../../preload/contract/index.ts'
import { DataPool } from '../datasets/pool.ts'
import type { SpawnChild } from '../training/child.ts'
import { VERSION } from '../version.ts'
import { Activities, activityHandlers } from './activities.ts'
import { Reports, reportHandlers } from './reports.ts'
import { analysisHandlers, Analyses } from './analyses.ts'
import { isCallName, parseInput, UsageError, type Emit, type Handlers, type Workbench } from './api.ts'
import { Catalogue, catalogueHandlers } from './catalogue.ts'
import { conversionHandlers } from './convert.ts'
import { datasetHandlers, Datasets } from './datasets.ts'
import { desktopHandlers, type DesktopHost } from './desktop-only.ts'
import { deviceHandlers, Devices } from './devices.ts'
import { experimentHandlers, Experiments } from './experiments.ts'
import { fileHandlers, type ChooseKind } from './files.ts'
import { JobHistory } from './job-history.ts'
import { Jobs, Lane } from './jobs.ts'
import { Library } from './library.ts'
import { explainGone } from './library-gone.ts'
import { logHandlers } from './diagnostics.ts'
import { Live, liveHandlers } from './live.ts'
import { Log } from './log.ts'
import { noticeHandlers } from './library-notices.ts'
import { benchHandlers, ModelBenches } from './model-benches.ts'
import { comparisonHandlers, ModelComparisons } from './model-comparisons.ts'
import { modelFileHandlers, ModelFiles } from './model-files.ts'
import { modelHandlers, Models } from './models.ts'
import { presetHandlers } from './networks.ts'
import { Recipes, recipeHandlers } from './recipes.ts'
import { RunArchives, runArchiveHandlers } from './run-archives.ts'
import { recordingHandlers } from './recordings.ts'
import { runHandlers, Runs } from './runs.ts'
import { Settings, settingsHandlers, type LibraryChoice } from './settings.ts'
import type { Shared } from './shared.ts'
import { Starter, starterHandlers } from './starter.ts'
import { statisticsHandlers } from './statistics.ts'
import { Texts, textHandlers } from './texts.ts'
import { Watches, watchHandlers } from './watches.ts'

export type { ChooseKind } from './files.ts'

export interface WorkbenchOptions {
  /** Folder of the library; made where it is missing. */
  readonly library: string
  readonly host: 'desktop' | 'browser'
  /** Starts processes: `forkNode` under Node, utility processes in Electron. */
  readonly spawn: SpawnChild
  /** The system's file dialog, where there is one. */
  readonly choose?: (kind: ChooseKind) => Promise<string | null>
  /** What the host does for its windows; the desktop's. Asked for when it is needed: it may need the workbench itself. */
  readonly desktop?: () => DesktopHost
  /** Where the host keeps which library the next start opens. */
  readonly libraryChoice?: LibraryChoice
  /** Follows the library's watch folders from the start; else only those that are added. */
  readonly watch?: boolean
  /** A file in a watch folder counts as whole when its size and time stand still for so long; default 1000. */
  readonly settleMs?: number
  /** How long a recording is read before it is first shown; default 150. */
  readonly firstMs?: number
}

/** Read from its package: loading the runtime itself is for the processes that use it. */
function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
  return version
}

/**
 * Composes the rooms into the contract's calls and events. Decoding and framing happen in data workers, training, evaluation,
 * export and inference in processes of their own: the thread it runs in only passes messages on.
 * @throws UsageError where the library's folder can't be used
 */
export function createWorkbench({ library: root, host, spawn: start, choose, desktop, libraryChoice, watch = false, settleMs, firstMs }: WorkbenchOptions): Workbench {
  const listeners = new Set<Emit>()
  const emit: Emit = (name, payload) => listeners.forEach((listener) => listener(name, payload))
  const library = new Library(root)
  const log = new Log(library.root, {}, (entry) => emit('log.written', entry))
  const settings = new Settings(library.root, emit, libraryChoice)
  const spawn: SpawnChild = (path, env) => start(path, { ...settings.environment(), ...env })
  const history = new JobHistory(library.entries)
  const jobs = new Jobs(emit, (job) => {
    if (job.state === 'failed') log.write({ level: 'error', source: 'job', where: job.kind, message: `${job.title}: ${job.error ?? 'failed'}`, detail: job.subject })
    history.ended(job)
  }, { onBegun: (job) => history.began(job), explain: (error) => explainGone(library.root, error) })
  const pool = new DataPool({ texts: library.texts })
  settings.follow(({ threads }) => pool.resize(threads ?? availableParallelism()))
  const shared: Shared = { library, jobs, emit, spawn, training: new Lane() }
  const datasets = new Datasets(shared, pool)
  const runs = new Runs(shared)
  const models = new Models(shared)
  const devices = new Devices(shared)
  const engine = `ONNX Runtime ${runtimeVersion()}`
  const experiments = new Experiments(shared, runs)
  const analyses = new Analyses(shared)
  const activities = new Activities(shared)
  const catalogue = new Catalogue(library, pool, emit)
  const watches = new Watches(shared, catalogue, datasets, settleMs)
  library.onOpened = (path) => catalogue.note(path)
  if (watch) watches.start()

  const handlers: Handlers = {
    'app.info': () => ({
      version: VERSION,
      host,
      platform: process.platform,
      library: library.root,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      engine,
      home: homedir(),
    }),
    ...fileHandlers(choose),
    ...recordingHandlers(shared, pool, firstMs),
    ...settingsHandlers(settings),
    ...logHandlers(log, { library, log, engine, host, settings: () => settings.report(), devices: () => devices.list() }),
    ...desktopHandlers(desktop),
    ...textHandlers(new Texts(shared, pool, catalogue)),
    ...conversionHandlers(shared, pool),
    ...datasetHandlers(datasets),
    ...statisticsHandlers(shared, catalogue),
    ...catalogueHandlers(catalogue, library),
    ...noticeHandlers(library, { datasets, runs, models }, watches),
    ...watchHandlers(watches),
    ...deviceHandlers(devices, shared),
    ...presetHandlers(shared),
    ...runHandlers(shared, runs),
    ...runArchiveHandlers(new RunArchives(shared, runs)),
    ...experimentHandlers(experiments),
    ...recipeHandlers(new Recipes(shared, { datasets, runs, experiments, analyses })),
    ...analysisHandlers(analyses),
    ...activityHandlers(activities),
    ...reportHandlers(new Reports(shared, runs, analyses)),
    ...modelHandlers(models),
    ...liveHandlers(new Live(shared, models)),
    ...modelFileHandlers(new ModelFiles(shared, models)),
    ...benchHandlers(new ModelBenches(shared, models)),
    ...comparisonHandlers(new ModelComparisons(shared, models)),
    'jobs.list': () => ({ jobs: jobs.list() }),
    'jobs.cancel': ({ id }) => {
      jobs.cancel(id)
      return {}
    },
    'jobs.dismiss': ({ id }) => {
      jobs.dismiss(id)
      return {}
    },
    ...starterHandlers(new Starter(shared, pool, { datasets, runs, models })),
  }

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    activities.cancel()
    catalogue.close()
    await Promise.all([watches.close(), jobs.close()])
    await pool.close()
    library.close()
  }
  return {
    async call<K extends CallName>(name: K, input: unknown): Promise<CallOutput<K>> {
      if (!isCallName(name)) throw new UsageError(`There is no call "${String(name)}".`)
      if (closing) throw new Error('The workbench is closing.')
      const parsed = parseInput(name, input)
      try {
        return await handlers[name](parsed)
      } catch (thrown) {
        const error = explainGone(library.root, thrown)
        // What was asked wrongly is told where it was asked; what went wrong is also kept.
        if (!closing) log.fault({ level: error instanceof UsageError ? 'info' : 'error', source: 'call', where: name }, error)
        throw error
      }
    },
    on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void) {
      const hear: Emit = (event, payload) => {
        // The name decides the payload's type, which TypeScript can't see here.
        if ((event as EventName) === name) listener(payload as unknown as EventPayload<K>)
      }
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
    onAny(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => (closing ??= close()),
  }
}
