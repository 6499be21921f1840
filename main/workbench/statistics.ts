import { join } from 'node:path'
import type { DatasetStatistics } from '../../preload/contract/index.ts'
import { readManifest } from '../datasets/dataset.ts'
import type { DatasetManifest } from '../datasets/schema.ts'
import { look } from '../library/files.ts'
import type { RecordingTable } from '../library/recordings.ts'
import type { Handlers } from './api.ts'
import type { Catalogue, WantedFile } from './catalogue.ts'
import type { Shared } from './shared.ts'

/** Statistics of a dataset: from its manifest at once, and from the recordings that the library has read. */
export function statisticsOf({ samples, classes }: DatasetManifest, recordings: RecordingTable): DatasetStatistics {
  const known = recordings.byHash([...new Set(samples.map(({ hash }) => hash))])
  const perClass = classes.map((name) => ({ name, train: 0, test: 0, events: 0, durationUs: 0 }))
  for (const { label, split, events, durationUs } of samples) {
    const own = perClass[label]
    if (!own) continue
    own[split]++
    own.events += events
    own.durationUs += durationUs
  }
  const sizes = perClass.map(({ train, test }) => train + test)
  const surveyed = samples.flatMap(({ hash }) => known.get(hash) ?? [])
  const events = surveyed.reduce((sum, recording) => sum + recording.events, 0)
  return {
    samples: samples.length,
    classes: perClass,
    imbalance: sizes.length === 0 ? 1 : Math.max(...sizes) / Math.max(1, Math.min(...sizes)),
    events: spread(samples.map((sample) => sample.events)),
    durationUs: spread(samples.map((sample) => sample.durationUs)),
    rate: spread(samples.flatMap((sample) => (sample.durationUs > 0 ? [(sample.events / sample.durationUs) * 1e6] : []))),
    surveyed: surveyed.length,
    onShare: events > 0 ? surveyed.reduce((sum, { on }) => sum + on, 0) / events : null,
    hotPixels: surveyed.reduce((sum, { hotPixels }) => sum + hotPixels, 0),
    // Stretches of one recording are not copies of each other.
    duplicates: groups(samples, ({ hash, cut }) => `${hash} ${cut?.join() ?? ''}`),
    sameEvents: groups(
      samples.filter(({ cut }) => cut === undefined),
      ({ hash }) => known.get(hash)?.key ?? hash,
    ),
  }
}

/** Samples that share a key with another one, and how many such groups lie in both splits. */
function groups(samples: DatasetManifest['samples'], keyOf: (sample: DatasetManifest['samples'][number]) => string): { samples: number; across: number } {
  const found = Map.groupBy(samples, keyOf)
  const several = [...found.values()].filter((group) => group.length > 1)
  return {
    samples: several.reduce((sum, group) => sum + group.length, 0),
    across: several.filter((group) => new Set(group.map(({ split }) => split)).size > 1).length,
  }
}

function spread(values: readonly number[]): { least: number; median: number; most: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
  return { least: sorted[0] ?? 0, median, most: sorted.at(-1) ?? 0 }
}

export function statisticsHandlers({ library, jobs }: Shared, catalogue: Catalogue): Pick<Handlers, 'datasets.statistics' | 'datasets.survey'> {
  const manifestOf = (id: string): DatasetManifest => readManifest(library.existing('datasets', id))
  return {
    'datasets.statistics': ({ id }) => statisticsOf(manifestOf(id), library.recordings),
    'datasets.survey': ({ id }) => {
      const { name, samples, source, classes } = manifestOf(id)
      const job = jobs.start({ kind: 'survey', title: `Read the recordings of ${name}`, subject: null }, async ({ signal, update }) => {
        const known = library.recordings.byHash(samples.map(({ hash }) => hash))
        const missing = new Map(samples.filter(({ hash }) => !known.has(hash)).map((sample) => [sample.file, sample]))
        const wanted: WantedFile[] = []
        for (const { file, label, cut } of missing.values()) {
          const found = await look(join(source, file))
          if (found) wanted.push({ ...found, label: cut ? null : (classes[label] ?? null), watch: null })
        }
        await catalogue.survey(wanted, signal, (done) => update({ progress: done / wanted.length, detail: `${done} of ${wanted.length} files` }))
        const gone = missing.size - wanted.length
        return `${wanted.length} recordings read${gone > 0 ? `, ${gone} are no longer where they were imported from` : ''}`
      })
      return { job: job.id }
    },
  }
}
