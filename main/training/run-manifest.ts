import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Dataset } from '../datasets/dataset.ts'
import type { Engine } from '../engines/engine.ts'
import { VERSION } from '../version.ts'
import { fileKinds, NewerFileError, refuseNewer } from '../versioned.ts'
import { readJson, StorageError, writeFileAtomic, writeJson } from './atomic.ts'
import { csv } from './csv.ts'
import { type RunManifest, runManifestSchema, type Session } from './run-manifest-schema.ts'
import type { TrainingConfig } from './schema.ts'
import type { Splits } from './splits.ts'

const manifestFile = 'manifest.json'
const splitsFile = 'splits.csv'

/** undefined: a run that has not begun, or began before there were manifests. @throws StorageError where it is damaged; NewerFileError */
export function readRunManifest(run: string): RunManifest | undefined {
  const path = join(run, manifestFile)
  if (!existsSync(path)) return undefined
  const content = readJson(path)
  refuseNewer(path, content, fileKinds.runManifest)
  const result = runManifestSchema.safeParse(content)
  if (!result.success) throw new StorageError(path, `not what Saccade wrote here: ${z.prettifyError(result.error)}`)
  return result.data
}

export interface SessionFacts {
  readonly config: TrainingConfig
  readonly dataset: Dataset
  readonly splits: Splits
  readonly engine: Pick<Engine, 'name' | 'version'>
  /** The training step's ONNX. */
  readonly graph: Uint8Array
  readonly afterEpoch: number
}

/** Adds a session to manifest.json, and writes splits.csv where it is missing. @throws StorageError */
export function recordSession(run: string, { config, dataset, splits, engine, graph, afterEpoch }: SessionFacts): void {
  const { samples: _, skipped: _skipped, source: _source, ...about } = dataset.manifest
  const session: Session = {
    started: new Date().toISOString(),
    afterEpoch,
    saccade: VERSION,
    engine: { name: engine.name, version: engine.version },
    node: process.versions.node,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? '',
    device: config.device,
    graphHash: createHash('sha256').update(graph).digest('hex'),
  }
  const before = known(run)
  const { train, validation, test } = splits
  if (!existsSync(join(run, splitsFile))) writeFileAtomic(join(run, splitsFile), splitsCsv(dataset, splits))
  writeJson(join(run, manifestFile), {
    version: 1,
    seed: config.seed,
    dataset: about,
    splits: { train: train.length, validation: validation.length, test: test.length },
    sessions: [...before, session],
  } satisfies RunManifest)
}

/** Sessions so far; a damaged manifest is no reason not to train. @throws NewerFileError: one of a newer Saccade is not written over */
function known(run: string): Session[] {
  try {
    return readRunManifest(run)?.sessions ?? []
  } catch (error) {
    if (error instanceof NewerFileError) throw error
    return []
  }
}

/** A line a sample that the run uses, in the dataset's order: its row, how it is used, its class, file and content. */
function splitsCsv({ manifest }: Dataset, splits: Splits): string {
  const uses = new Map((['train', 'validation', 'test'] as const).flatMap((use) => Array.from(splits[use], (row) => [row, use] as const)))
  const rows = manifest.samples.flatMap(({ label, file, cut, hash }, row) => {
    const use = uses.get(row)
    return use === undefined ? [] : [[row, use, manifest.classes[label], file, cut?.join('-'), hash]]
  })
  return csv([['row', 'split', 'class', 'file', 'cut', 'sha256'], ...rows])
}
