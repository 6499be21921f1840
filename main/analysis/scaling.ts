import { energyOf } from './counting.ts'
import { recordingsOf, type FrameAgain } from './framed-again.ts'
import { outputsOf, type OutputsOptions } from './outputs.ts'
import type { ScalingResult } from './schema.ts'
import type { ScalingSource } from './schemas/time.ts'
import { goOn, type Subject } from './subject.ts'
import { perTimestepFault, timeOf } from './time.ts'

type Row = ScalingResult['rows'][number]

/** Fills batches [T, B, C, H, W] with recordings that are framed again. */
function filling({ shape }: Subject, timesteps: number, frame: FrameAgain): NonNullable<OutputsOptions['fill']> {
  const size = shape.shape.slice(1).reduce((n, dim) => n * dim, 1)
  return (rows, frames) => {
    const batch = frames.length / (timesteps * size)
    frames.fill(0)
    rows.forEach((row, i) => {
      const data = frame(row, timesteps)
      for (let t = 0; t < timesteps; t++) frames.set(data.subarray(t * size, (t + 1) * size), (t * batch + i) * size)
    })
  }
}

/** Evaluates with so many timesteps. @returns a row for each t <= timesteps */
async function evaluated(subject: Subject, timesteps: number, source: ScalingSource, fill?: OutputsOptions['fill']): Promise<Row[]> {
  const [, ...frame] = subject.shape.shape
  const shape: Subject['shape'] = { ...subject.shape, shape: [timesteps, ...frame] }
  const { logits, labels, counts } = await outputsOf({ ...subject, shape }, fill ? { fill } : {})
  const { running } = timeOf(logits, labels, timesteps, shape.classes)
  return energyOf(counts, subject.options.conventions).until.map((picojoules, t) => ({ timesteps: t + 1, accuracy: running[t] ?? NaN, picojoules, source }))
}

/** Still pictures are shown longer. What the first t timesteps say does not depend on later ones: one pass gives all t. */
async function ofPictures(subject: Subject, wanted: readonly number[]): Promise<Pick<ScalingResult, 'rows' | 'notes' | 'left'>> {
  const most = Math.max(...wanted)
  const rows = await evaluated(subject, most, 'repeated')
  return { rows: rows.filter(({ timesteps }) => wanted.includes(timesteps)), left: [], notes: [`The picture is shown T times; one pass of ${most} timesteps gives every smaller T.`] }
}

/** Recordings are framed again with T blocks; where they are gone, frames are merged to fewer. */
async function ofEvents(subject: Subject, wanted: readonly number[]): Promise<Pick<ScalingResult, 'rows' | 'notes' | 'left'>> {
  const { dataset, indices, shape, signal, onProgress } = subject
  const [whole] = shape.shape
  const others = wanted.filter((timesteps) => timesteps !== whole)
  const recordings = others.length === 0 ? { reason: '' } : recordingsOf(dataset, indices, () => goOn(signal))
  const rows: Row[] = []
  const left: ScalingResult['left'] = []
  const total = wanted.reduce((sum, timesteps) => sum + timesteps, 0)
  let done = 0
  for (const timesteps of wanted) {
    const part: Subject = { ...subject, onProgress: (share) => onProgress?.((done + share * timesteps) / total) }
    const last = async (source: ScalingSource, fill?: OutputsOptions['fill']): Promise<void> => {
      const row = (await evaluated(part, timesteps, source, fill)).at(-1)
      if (row) rows.push(row)
    }
    if (timesteps === whole) await last('dataset')
    else if ('frame' in recordings) await last('recordings', filling(subject, timesteps, recordings.frame))
    else if (timesteps < whole) await last('merged')
    else left.push({ timesteps, reason: `Dataset "${dataset.manifest.name}" has ${whole} frames, and ${recordings.reason}.` })
    done += timesteps
  }
  const how =
    'frame' in recordings
      ? 'Every recording was cut anew into T blocks, as an import with that T does; that they are read as they were imported was proved on the first one.'
      : `The ${whole} frames of the dataset were merged to fewer, because ${recordings.reason}. Where T does not divide ${whole} the frames last unequally long.`
  return { rows, left, notes: others.length === 0 ? [] : [how] }
}

/** Accuracy and energy with other numbers of timesteps than were trained, without fine-tuning (TET, time scalability). */
export async function scaling(subject: Subject): Promise<ScalingResult> {
  const { options, shape, dataset, indices } = subject
  const [trained] = shape.shape
  // What it was trained with is what the others are compared with.
  const wanted = [...new Set([...options.scale, trained])].sort((a, b) => a - b)
  const left = wanted.flatMap((timesteps) => {
    const reason = perTimestepFault(subject, timesteps)
    return reason === null ? [] : [{ timesteps, reason }]
  })
  const possible = wanted.filter((timesteps) => !left.some((one) => one.timesteps === timesteps))
  if (possible.length === 0) throw new Error(left[0]?.reason ?? 'No numbers of timesteps were given.')
  const found = dataset.manifest.kind === 'images' ? await ofPictures(subject, possible) : await ofEvents(subject, possible)
  return { kind: 'scaling', options, samples: indices.length, trained, ...found, left: [...left, ...found.left].sort((a, b) => a.timesteps - b.timesteps) }
}
