import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CallParsed } from '../../preload/contract/index.ts'
import { upload, type SendUpload, type UploadFile } from '../../preload/contract/uploads.ts'
import { UsageError } from '../workbench/api.ts'
import { readAll, type Line } from './remote-line.ts'

export type Sending = CallParsed<'remote.send'>

const mostFiles = 500_000

/**
 * Sends files and folders of this computer to the workbench on a line. Returns where they lie there.
 * @param progress bytes sent, and of how many files and bytes
 */
export async function sendFiles(
  line: Line,
  token: string,
  { name, folder, files }: Sending,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (told: { sent: number; bytes: number; files: number }) => void },
): Promise<string> {
  const found = (await Promise.all(files.map(({ from, below }) => walk(from, below)))).flat()
  if (found.length === 0) throw new UsageError(`${name} holds no files.`)
  if (found.length > mostFiles) throw new UsageError(`${name} holds more than ${mostFiles} files. Send its subfolders one by one.`)
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0)
  const tell = (sent: number): void => progress({ sent, bytes, files: found.length })
  tell(0)
  return upload({ name, folder, files: found }, sender(line, token), { signal, progress: tell })
}

/** The files of a folder, or the file itself; hidden ones and what is neither left out, links to folders not followed. */
async function walk(from: string, under: string): Promise<UploadFile<string>[]> {
  const found = await stat(from)
  if (found.isFile()) return [{ path: under, bytes: found.size, body: from }]
  if (!found.isDirectory()) return []
  const files: UploadFile<string>[] = []
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const below = path
      .slice(from.length)
      .split(/[\\/]/)
      .filter((part) => part !== '')
    if (!entry.isFile() || below.some((part) => part.startsWith('.'))) continue
    files.push({ path: [...(under === '' ? [] : [under]), ...below].join('/'), bytes: (await stat(path)).size, body: path })
  }
  return files
}

const sender =
  (line: Line, token: string): SendUpload<string> =>
  ({ method, path, headers, body, sent, signal }) =>
    new Promise((resolve, reject) => {
      const length = 'message' in body ? body.message.length : body.file.bytes
      const all = { ...headers, authorization: `Bearer ${token}`, 'content-length': length }
      const request = line.request(path, { method, headers: all, signal }, (response) => {
        readAll(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject)
      })
      // After an answer (a refusal comes before the body has left) nothing of this counts any more.
      request.on('error', reject)
      if ('message' in body) return void request.end(body.message)
      if (length === 0) return void request.end()
      let left = 0
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          sent((left += chunk.length))
          next(null, chunk)
        },
      })
      // What was appended since it was announced is not sent; what was cut off breaks the request.
      pipeline(createReadStream(body.file.body, { end: length - 1 }), meter, request).catch(reject)
    })
