/**
 * The contract between the window and the workbench: every call the window may make and every event it may hear.
 * Electron's IPC and the headless server carry exactly these messages; both ends validate with these schemas.
 * Typed arrays cross as they are (structured clone in Electron, preload/contract/codec.ts over HTTP).
 */
import { z } from 'zod'
import { analysisKindSchema, analysisOptionsSchema, analysisResultSchema, storedAnalysisSchema } from '../../main/analysis/schema.ts'
import { datasetManifestSchema, folderPreviewSchema, framingSchema, importOptionsSchema, sampleSchema } from '../../main/datasets/schema.ts'
import { exportSettingsSchema, inferenceResultSchema, libraryModelSchema } from '../../main/deployment/schema.ts'
import { deviceChoiceSchema, deviceReportSchema, deviceSchema, installableSchema } from '../../main/engines/schema.ts'
import { filterReportSchema, filtersSchema, recordingFactsSchema } from '../../main/events/schema.ts'
import { conversionSchema, writableFormatSchema } from '../../main/events/writers/schema.ts'
import { activityCalls } from './activity.ts'
import { desktopCalls, desktopEvents } from './desktop.ts'
import { experimentCalls } from './experiments.ts'
import { libraryCalls } from './library.ts'
import { liveCalls, liveEvents } from './live.ts'
import { logCalls, logEvents } from './log.ts'
import { modelFileCalls } from './models.ts'
import { runArchiveCalls } from './run-archives.ts'
import { recipeCalls } from './recipes.ts'
import { reportCalls } from './report.ts'
import { settingsCalls, settingsEvents } from './settings.ts'
import { textCalls } from './texts.ts'
import { networkSchema } from '../../main/snn/schema.ts'
import { runRecordSchema } from '../../main/training/run-manifest-schema.ts'
import { epochMetricsSchema, runSchema, stepProgressSchema, trainingConfigSchema } from '../../main/training/schema.ts'

export type * from '../../main/analysis/schema.ts'
export type * from '../../main/datasets/schema.ts'
export type * from '../../main/deployment/compare/schema.ts'
export type * from '../../main/deployment/schema.ts'
export type * from '../../main/engines/schema.ts'
export type * from '../../main/events/schema.ts'
export type * from '../../main/events/writers/schema.ts'
export type * from './activity.ts'
export type * from './experiments.ts'
export type { Sweep, SweepValue } from '../../main/training/sweep.ts'
export { settingsSchema } from './settings.ts'
export { logEntrySchema } from './log.ts'
export type * from './desktop.ts'
export { desktopCalls, desktopEvents } from './desktop.ts'
export type { RemoteState } from './remote.ts'
export type * from './live.ts'
export type * from './log.ts'
export type * from './settings.ts'
export type * from './library.ts'
export type * from './recipes.ts'
export type * from './texts.ts'
export type * from '../../main/snn/schema.ts'
export type * from '../../main/training/schema.ts'

/** Long work. The job bar shows every job that has not ended, and ended ones until dismissed. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(['import', 'training', 'evaluation', 'export', 'starter', 'convert', 'analysis', 'survey', 'experiment', 'install', 'live']),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** 0..1; null while unknown. */
  progress: z.number().nullable(),
  /** What is going on, e.g. "epoch 3 of 40" or the file being read. */
  detail: z.string(),
  /** e.g. "812 files/s". */
  rate: z.string().nullable(),
  secondsLeft: z.number().nullable(),
  error: z.string().nullable(),
  /** Id of what it makes: dataset, run or model. */
  subject: z.string().nullable(),
  started: z.string(),
})
export type Job = z.infer<typeof jobSchema>
/** So many ended jobs are listed, the latest; those before stand in the history. */
export const mostEndedJobs = 100

export const appInfoSchema = z.object({
  version: z.string(),
  /** desktop: Electron; browser: served by the headless workbench. */
  host: z.enum(['desktop', 'browser']),
  platform: z.string(),
  library: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  engine: z.string(),
  home: z.string(),
})

export const folderEntrySchema = z.object({
  name: z.string(), path: z.string(), kind: z.enum(['folder', 'recording', 'other']), bytes: z.number(),
})

/** A dataset as lists show it, without its samples. */
export const datasetSummarySchema = datasetManifestSchema.omit({ samples: true, skipped: true }).extend({
  /** Per class, in the order of `classes`. */
  train: z.array(z.number()),
  test: z.array(z.number()),
  skipped: z.number(),
  bytes: z.number(),
})
export type DatasetSummary = z.infer<typeof datasetSummarySchema>

/** A run as lists show it. */
export const runSummarySchema = runSchema.omit({ epochs: true, confusion: true }).extend({ epochsDone: z.number(), lastTestAccuracy: z.number().nullable(), lastValidationAccuracy: z.number().nullable().optional() })
export type RunSummary = z.infer<typeof runSummarySchema>

/** A checkpoint measured on a split. Confusion: [class][predicted] counts. */
export const evaluationSchema = epochMetricsSchema.pick({ timestepAccuracy: true, firingRates: true }).extend({
  checkpoint: z.enum(['best', 'last']), split: z.enum(['train', 'validation', 'test']), samples: z.number(), loss: z.number(), accuracy: z.number(), confusion: z.array(z.array(z.number())),
})
export type RunEvaluation = z.infer<typeof evaluationSchema>

const f32: z.ZodType<Float32Array> = z.instanceof(Float32Array)
const u16: z.ZodType<Uint16Array> = z.instanceof(Uint16Array)
const u8: z.ZodType<Uint8Array> = z.instanceof(Uint8Array)
const u32: z.ZodType<Uint32Array> = z.instanceof(Uint32Array)
const id = z.object({ id: z.string().min(1) })
const nothing = z.object({})

/** Events of a recording for display: an event's time is `origin + start + t`, in µs, exact at any length. */
export const eventSliceSchema = z.object({
  /** µs of the recording's first event. */
  origin: z.number(),
  /** µs from `origin` that `t` counts from: a whole number, the least time asked for. */
  start: z.number(),
  t: u32, x: u16, y: u16, p: u8,
  /** True where the slice was cut short: by `limit`, or 71 minutes after its start. */
  truncated: z.boolean(),
  /** What the filters did to the whole recording, where the call had any; x and y are of its `sensor`. */
  filtered: filterReportSchema.optional(),
})
export type EventSlice = z.infer<typeof eventSliceSchema>

/**
 * A recording that is being read: opening answers as soon as its first events are known; `complete` facts follow as the event
 * `recording.facts` while the rest is read. Until then counts, times and extremes are those of the part read so far.
 */
export const openRecordingSchema = recordingFactsSchema.extend({
  complete: z.boolean(),
  /** Share of the file read so far, 0..1. */
  share: z.number(),
})
export type OpenRecordingFacts = z.infer<typeof openRecordingSchema>

/** Frames [T, 2, H, W], as the network sees them. */
export const framesSchema = z.object({ shape: z.tuple([z.number(), z.number(), z.number(), z.number()]), data: f32, /** First and last µs of each block. */ blocks: z.array(z.tuple([z.number(), z.number()])), filtered: filterReportSchema.optional() })
export type Frames = z.infer<typeof framesSchema>

export const networkPresetSchema = z.object({
  id: z.string(), title: z.string(), description: z.string(), network: networkSchema,
  /** For the dataset's shape and classes, where asked with one. */
  parameters: z.number().nullable(), macsPerTimestep: z.number().nullable(),
})
export type NetworkPreset = z.infer<typeof networkPresetSchema>
export const trainingPresetSchema = z.object({
  id: z.string(), title: z.string(), /** Paper, table. */ source: z.string(),
  settings: trainingConfigSchema.pick({ method: true, switch: true, optimizer: true, learningRate: true, schedule: true, step: true, warmupEpochs: true, rateChanges: true, clipNorm: true, epochs: true, stages: true, batchSize: true, augmentation: true }),
})
export type TrainingPreset = z.infer<typeof trainingPresetSchema>

/** Calls: name -> input and output. A call that fails rejects with a message meant for people. */
export const calls = {
  'app.info': { input: nothing, output: appInfoSchema },

  /** Folders and files for the file picker; `path` null starts at the home folder. */
  'files.list': { input: z.object({ path: z.string().nullable() }), output: z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(folderEntrySchema) }) },
  /** The system's own folder or file dialog; null where the user cancels. Only on the desktop. */
  'files.choose': { input: z.object({ kind: z.enum(['folder', 'recording', 'model', 'weights', 'archive', 'target']) }), output: z.object({ path: z.string().nullable() }) },

  /** Recent recordings and folders that were opened. */
  'recordings.recent': { input: nothing, output: z.object({ paths: z.array(z.string()) }) },
  /** Facts and problems, as far as they are known at once; the rest follows as `recording.facts`. Also remembers it as recent. */
  'recordings.open': { input: z.object({ path: z.string().min(1) }), output: openRecordingSchema },
  /** Events with from <= t - tFirst < to (µs), at most `limit`. With `filters` what is left behind them, on the recording's own clock. */
  'recordings.events': { input: z.object({ path: z.string(), from: z.number(), to: z.number(), limit: z.number().int().max(2_000_000).default(1_000_000), filters: filtersSchema }), output: eventSliceSchema },
  /** Event counts, ON and OFF, in `bins` equal parts of the duration: the rate curve of the scrub bar. */
  'recordings.rate': { input: z.object({ path: z.string(), bins: z.number().int().min(1).max(4096), filters: filtersSchema }), output: z.object({ on: u32, off: u32, durationUs: z.number(), filtered: filterReportSchema.optional() }) },
  /** Formats that `recordings.convert` can write. */
  'recordings.writers': { input: nothing, output: z.object({ formats: z.array(writableFormatSchema) }) },
  /** Writes a recording, or a part of it, in a format: a job of kind convert. The file appears when it is whole. */
  'recordings.convert': { input: conversionSchema, output: z.object({ job: z.string() }) },
  'recordings.frames': { input: z.object({ path: z.string(), framing: framingSchema, filters: filtersSchema }), output: framesSchema },

  'datasets.list': { input: nothing, output: z.object({ datasets: z.array(datasetSummarySchema) }) },
  'datasets.preview': { input: z.object({ folder: z.string().min(1) }), output: folderPreviewSchema },
  'datasets.import': { input: importOptionsSchema, output: z.object({ job: z.string(), dataset: z.string() }) },
  'datasets.get': { input: id, output: datasetSummarySchema.extend({ skippedFiles: z.array(z.object({ file: z.string(), reason: z.string() })) }) },
  'datasets.samples': { input: id.extend({ from: z.number().int().min(0), count: z.number().int().min(1).max(500), label: z.number().int().nullable().default(null), /** Only these rows, in this order. */ rows: z.array(z.number().int().min(0)).max(100_000).optional() }), output: z.object({ total: z.number(), samples: z.array(sampleSchema.extend({ index: z.number() })) }) },
  'datasets.frames': { input: id.extend({ index: z.number().int().min(0) }), output: framesSchema.omit({ blocks: true, filtered: true }) },
  'datasets.remove': { input: id, output: nothing },

  /** Processors that can train here: found or missing and why, and what was measured. */
  'devices.list': { input: nothing, output: z.object({ devices: z.array(deviceReportSchema) }) },
  /** Takes a few real training steps on a device; answers when they are done. */
  'devices.measure': { input: z.object({ device: deviceSchema }), output: deviceReportSchema },
  /** Fetches native libraries that a plain install leaves out, and checks them: a job of kind install. `from`: another feed than the publisher's. */
  'devices.install': { input: z.object({ what: installableSchema, from: z.url().optional() }), output: z.object({ job: z.string() }) },
  /** The fastest device that works, and why it; measures those that were not yet on this machine. */
  'devices.best': { input: nothing, output: deviceChoiceSchema },

  /** Networks and training presets offered; with a dataset also their size for it. */
  'training.presets': { input: z.object({ dataset: z.string().nullable() }), output: z.object({ networks: z.array(networkPresetSchema), trainings: z.array(trainingPresetSchema) }) },
  /** A network's size for a dataset, neurons and norms as chosen; `fault`: why it does not fit the frames. */
  'training.size': { input: z.object({ network: networkSchema, dataset: z.string() }), output: z.object({ parameters: z.number().nullable(), macsPerTimestep: z.number().nullable(), fault: z.string().nullable() }) },
  /** A topology string of the TRT authors' code as a network, with its size for a dataset where one is named, and the classes that the string reads out. */
  'training.topology': { input: z.object({ text: z.string().trim().min(1).max(10_000), dataset: z.string().nullable() }), output: z.object({ preset: networkPresetSchema, classes: z.number() }) },
  /** Measures a few real training steps and tells how long the run will take. */
  'training.estimate': { input: trainingConfigSchema, output: z.object({ secondsPerEpoch: z.number(), samplesPerSecond: z.number(), parameters: z.number(), /** T of the dataset, which the figures are of. */ timesteps: z.number() }) },
  'runs.list': { input: nothing, output: z.object({ runs: z.array(runSummarySchema) }) },
  'runs.start': { input: trainingConfigSchema, output: z.object({ job: z.string(), run: z.string() }) },
  'runs.get': { input: id, output: runSchema },
  /** What a run was trained on, and with what: dataset hash, splits, seed, every session's device, versions and graph hash. */
  'runs.record': { input: id, output: runRecordSchema },
  /** Stops after saving; the run can be resumed. */
  'runs.stop': { input: id, output: nothing },
  'runs.resume': { input: id, output: z.object({ job: z.string() }) },
  'runs.remove': { input: id, output: nothing },
  /** Measures a checkpoint on a split, as a job of kind evaluation; answers when it is done. */
  'runs.evaluate': { input: id.extend({ checkpoint: z.enum(['best', 'last']).default('best'), split: z.enum(['train', 'validation', 'test']).default('test') }), output: evaluationSchema },

  /** Analyses a checkpoint as a job of kind analysis; keeps the result with the run and answers when it is done. */
  'runs.analyze': { input: id.extend({ kind: analysisKindSchema, options: analysisOptionsSchema.prefault({}) }), output: storedAnalysisSchema },
  /** The analyses that a run keeps, the latest of each kind and checkpoint. */
  'runs.analyses': { input: id, output: z.object({ analyses: z.array(storedAnalysisSchema) }) },

  'models.list': { input: nothing, output: z.object({ models: z.array(libraryModelSchema) }) },
  'models.export': { input: z.object({ run: z.string(), checkpoint: z.enum(['best', 'last']), settings: exportSettingsSchema.prefault({}) }), output: z.object({ job: z.string(), model: z.string() }) },
  /** Runs a model (an exported one by id, or any Saccade .onnx by path) on a recording; `withInput` also tells what the network was given. */
  'models.infer': { input: z.object({ model: z.string().min(1), recording: z.string().min(1), withInput: z.boolean().default(false) }), output: inferenceResultSchema },
  /** A run that begins with the weights of a .safetensors or .pth file (of PyTorch, with the TRT authors' names or in order); `by`: how they were told apart. */
  'models.open-weights': { input: z.object({ path: z.string().min(1), config: trainingConfigSchema }), output: z.object({ run: z.string(), by: z.string() }) },
  'models.remove': { input: id, output: nothing },

  'jobs.list': { input: nothing, output: z.object({ jobs: z.array(jobSchema) }) },
  'jobs.cancel': { input: id, output: nothing },
  'jobs.dismiss': { input: id, output: nothing },

  ...activityCalls,
  ...runArchiveCalls,
  ...modelFileCalls,
  ...experimentCalls,
  ...recipeCalls,
  ...reportCalls,
  ...libraryCalls,
  ...textCalls,
  ...settingsCalls,
  ...liveCalls,
  ...logCalls,
  ...desktopCalls,

  /** Makes the starter project: simulated recordings, dataset, a small network trained with TRT, exported and run. One job. */
  'starter.create': { input: nothing, output: z.object({ job: z.string() }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type CallName = keyof typeof calls
export type CallInput<K extends CallName> = z.input<(typeof calls)[K]['input']>
/** What the workbench receives: input with its defaults filled in. */
export type CallParsed<K extends CallName> = z.output<(typeof calls)[K]['input']>
export type CallOutput<K extends CallName> = z.output<(typeof calls)[K]['output']>

/** Events: name -> payload. */
export const events = {
  'job.changed': jobSchema,
  /** More of an opened recording has been read. */
  'recording.facts': openRecordingSchema,
  /** A coarse result of an analysis that is still being computed, in place of the one that follows. */
  'analysis.partial': z.object({ run: z.string(), kind: analysisKindSchema, result: analysisResultSchema }),
  'run.step': z.object({ run: z.string(), progress: stepProgressSchema }),
  /** An epoch ended or the run's state changed: read it again with runs.get. */
  'run.changed': z.object({ run: z.string() }),
  /** A list changed: datasets, runs, models, recordings (opened ones and the library's table), watch folders or experiments. */
  'library.changed': z.object({ what: z.enum(['datasets', 'runs', 'models', 'recordings', 'watches', 'experiments']) }),
  ...settingsEvents,
  ...liveEvents,
  ...logEvents,
  ...desktopEvents,
} as const satisfies Record<string, z.ZodType>
export type EventName = keyof typeof events
export type EventPayload<K extends EventName> = z.output<(typeof events)[K]>

/** What the window holds: `window.saccade`. `on` returns the function that ends the subscription. */
export interface WorkbenchApi {
  call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>>
  on<K extends EventName>(name: K, listener: (payload: EventPayload<K>) => void): () => void
  /** Where a dropped file or folder lies; only the desktop knows. */
  pathOf?(file: File): string
}
