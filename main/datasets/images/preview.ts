import { statSync } from 'node:fs'
import { join } from 'node:path'
import { framingSchema, type FolderPreview, type Framing } from '../schema.ts'
import { findImages } from './find.ts'
import { pictureCount, type ImageSet } from './image-set.ts'

/** The papers' T for static pictures lies between 2 and 6. */
const timesteps = 4
/** [height, width] of ImageNet's recipe. */
const usual: [number, number] = [224, 224]

/** What an import of a folder of static pictures would find; null where it holds none. */
export async function previewImages(folder: string, labels: string | null): Promise<FolderPreview | null> {
  const set = await findImages(folder, labels)
  if (set === null) return null
  const classes = set.classes.map((name) => ({ name, files: 0 }))
  for (const { labels: own } of set.blocks) for (const label of own) classes[label]!.files++
  const files = new Set(set.blocks.flatMap((block) => block.files))
  const bytes = [...files].reduce((sum, file) => sum + (statSync(join(set.folder, file), { throwIfNoEntry: false })?.size ?? 0), 0)
  const problems = [...set.problems]
  const { mean, std, source } = set.normalization
  if (set.blocks.length > 0) {
    const message = `${set.name}: each picture is shown at every timestep, normalized by mean ${mean.join(', ')} and standard deviation ${std.join(', ')} (${source})`
    problems.unshift({ severity: 'info', message })
  }
  const size = set.size === null ? null : ([set.size[0], set.size[1]] as [number, number])
  const count = pictureCount(set)
  return {
    folder: set.folder,
    classes,
    files: count,
    bytes,
    formats: count > 0 ? { [set.name]: count } : {},
    sensor: size,
    kind: 'images',
    framing: suggestedFraming(set),
    channels: set.channels,
    ...publishedSplit(set),
    problems,
  }
}

/** Pictures of each part, where all belong to one; nothing where the import divides. */
function publishedSplit({ blocks }: Pick<ImageSet, 'blocks'>): Pick<FolderPreview, 'split'> {
  if (blocks.length === 0 || blocks.some(({ split }) => split === null)) return {}
  const split = { train: 0, test: 0 }
  for (const { split: part, labels } of blocks) if (part !== null) split[part] += labels.length
  return { split }
}

/** The one frame repeated; pictures of one size keep it, others get ImageNet's. */
export function suggestedFraming({ sameSize }: Pick<ImageSet, 'sameSize'>): Framing {
  return { ...framingSchema.parse({}), timesteps, splitBy: 'time', resize: sameSize ? null : usual }
}
