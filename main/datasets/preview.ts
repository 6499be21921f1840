import { statSync } from 'node:fs'
import { join } from 'node:path'
import { detect } from '../events/formats/index.ts'
import type { Problem } from '../events/schema.ts'
import { openFile } from '../events/source.ts'
import { decode } from './decode.ts'
import { messageOf } from './errors.ts'
import { scanFolder } from './scan.ts'
import type { FolderPreview } from './schema.ts'

/** So many recordings of each class are read for their sensor; those without an event tell none. */
const perClass = 3
/** Recordings read for their sensor in all: folders of a thousand classes are looked at in seconds. */
const mostAttempts = 50
/** Bytes read for sensors in all, once one is known. */
const mostBytes = 64 * 2 ** 20

/**
 * What an import of a folder would find: classes, files, formats (by content), the sensor of the first readable file, and
 * whether a few files of each class have another.
 * What makes an import impossible is a problem of severity error.
 * @param check called now and then; throws where the caller has given up
 */
export function previewFolder(folder: string, labels: string | null, check: () => void): FolderPreview {
  const scan = scanFolder(folder, labels)
  const classes = scan.classes.map((name) => ({ name, files: 0 }))
  const formats: Record<string, number> = {}
  const problems: Problem[] = [...scan.problems]
  const unread: { file: string; reason: string }[] = []
  let bytes = 0
  let sensor: [number, number] | null = null
  let attempts = 0
  let read = 0
  const looked = new Map<number, number>()
  const sensors = new Map<string, string>()
  const seen = new Set<string>()
  for (const { file, label } of scan.files) {
    check()
    const path = join(scan.folder, file)
    classes[label]!.files++
    // A recording that is cut into samples comes once for each.
    if (seen.has(file)) continue
    seen.add(file)
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    bytes += size
    try {
      const format = formatOf(path)
      formats[format] = (formats[format] ?? 0) + 1
      const ofClass = looked.get(label) ?? 0
      if (attempts >= mostAttempts || (sensor !== null && (ofClass >= perClass || read + size > mostBytes))) continue
      read += size
      attempts++
      looked.set(label, ofClass + 1)
      const found = sensorOf(path, check)
      sensor ??= found
      if (found) sensors.set(`${found[1]}x${found[0]}`, sensors.get(`${found[1]}x${found[0]}`) ?? file)
    } catch (error) {
      check()
      unread.push({ file, reason: messageOf(error) })
    }
  }
  if (unread.length > 0) problems.push(unreadProblem(unread, scan.files.length))
  if (sensors.size > 1) problems.push(mixedSensors(sensors))
  return { folder: scan.folder, classes, files: scan.files.length, bytes, formats, sensor, problems }
}

/** @param sensors sizes with a file of each */
function mixedSensors(sensors: ReadonlyMap<string, string>): Problem {
  const sizes = [...sensors].map(([size, file]) => `${size} in ${file}`)
  return {
    severity: 'warning',
    message: `The recordings come from sensors of different sizes: ${sizes.slice(0, 4).join(', ')}${sizes.length > 4 ? ' and others' : ''}`,
    advice: 'Their frames are only comparable when resized, and even then a network may tell classes apart by their sensor alone.',
  }
}

function formatOf(path: string): string {
  const source = openFile(path)
  try {
    return detect(source).id
  } finally {
    source.close()
  }
}

/** [height, width]; null for a recording without events. */
function sensorOf(path: string, check: () => void): [number, number] | null {
  const { recording, totals, close } = decode(path, check)
  close()
  return totals.events > 0 ? [recording.height, recording.width] : null
}

function unreadProblem(unread: readonly { reason: string }[], files: number): Problem {
  const [{ reason }] = unread as [{ reason: string }]
  if (unread.length === files) return { severity: 'error', message: `None of the ${files} files can be read as a recording. The first: ${reason}`, advice: 'Choose another folder, or convert the recordings.' }
  return { severity: 'warning', message: `${unread.length} of ${files} files can't be read as recordings. The first: ${reason}`, advice: 'They will be skipped.' }
}
