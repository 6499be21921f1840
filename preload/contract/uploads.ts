/**
 * Recordings on their way to a workbench on another machine. Contract calls are small; files cross as plain HTTP bodies beside them:
 *
 *     POST   /uploads            { name, files, bytes }  ->  { id }      bounds are checked before anything is sent
 *     PUT    /uploads/ID/PATH    the file's bytes        ->  {}          PATH: percent-encoded, relative
 *     POST   /uploads/ID         {}                      ->  { path }    all is there: it appears in the library, whole
 *     DELETE /uploads/ID                                 ->  {}          nothing of it stays
 */
import { z } from 'zod'
import { decode, encode, messageType } from './codec.ts'

export const uploadRequestSchema = z.object({
  /** What it is called in the library: the folder's or the file's own name. */
  name: z.string().min(1).max(1000),
  files: z.number().int().min(1).max(500_000),
  bytes: z.number().int().min(0),
  /** Whether it is opened as a folder: else its only file is what is meant. */
  folder: z.boolean(),
})
export type UploadRequest = z.infer<typeof uploadRequestSchema>

/** Media type of a file's bytes. */
export const fileType = 'application/octet-stream'

/** A file to send. `body` is what the sender makes of it: a File, or a path. */
export interface UploadFile<Body> {
  /** Below the folder, with "/". */
  readonly path: string
  readonly bytes: number
  readonly body: Body
}

/** Sends one request. Rejects where the line breaks, or `signal` ends it. */
export type SendUpload<Body> = (request: {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** A message, or a file. */
  readonly body: { readonly message: Uint8Array<ArrayBuffer> } | { readonly file: UploadFile<Body> }
  /** Told how many bytes of the body have left. */
  readonly sent: (bytes: number) => void
  readonly signal: AbortSignal
}) => Promise<{ readonly status: number; readonly body: Uint8Array }>

export interface UploadOptions {
  readonly signal: AbortSignal
  /** Bytes sent, of all files together; less again where a file is sent once more. */
  readonly progress: (sent: number) => void
  /** Waits before a file is sent again; for tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Files on their way at a time: enough that small ones don't wait for each other's answer. */
const atATime = 3
/** Attempts for a file whose line broke, with back-off between them; together about a minute. */
const mostAttempts = 8
/** A server that receives as much as it will is asked again then. */
const busyMs = 500

/** The server took it not, and will not. */
class Refused extends Error {}

/**
 * Sends files as one upload. Returns where it lies on the server: the folder, or the only file.
 * @throws Error with the server's reason, in words; nothing of it stays there then
 */
export async function upload<Body>(
  what: { readonly name: string; readonly folder: boolean; readonly files: readonly UploadFile<Body>[] },
  send: SendUpload<Body>,
  { signal, progress, wait = sleep }: UploadOptions,
): Promise<string> {
  const bytes = what.files.reduce((sum, file) => sum + file.bytes, 0)
  const ask = async (method: 'POST' | 'DELETE', path: string, value: unknown, until = signal): Promise<unknown> => {
    const answer = await send({
      method,
      path,
      headers: { 'content-type': messageType },
      body: { message: encode(value) },
      sent: () => undefined,
      signal: until,
    })
    return read(answer)
  }
  const { id } = (await ask('POST', '/uploads', {
    name: what.name,
    files: what.files.length,
    bytes,
    folder: what.folder,
  } satisfies UploadRequest)) as { id: string }
  const under = `/uploads/${id}`
  const onTheWay = new Map<UploadFile<Body>, number>()
  const tell = (file: UploadFile<Body>, count: number): void => {
    onTheWay.set(file, count)
    progress([...onTheWay.values()].reduce((sum, value) => sum + value, done))
  }
  let done = 0
  const sendFile = async (file: UploadFile<Body>): Promise<void> => {
    const path = `${under}/${file.path.split('/').map(encodeURIComponent).join('/')}`
    for (let attempt = 1; ;) {
      try {
        const answer = await send({
          method: 'PUT',
          path,
          headers: { 'content-type': fileType },
          body: { file },
          sent: (count) => tell(file, count),
          signal,
        })
        if (answer.status === 429) {
          // Others send too: this one's turn comes.
          await wait(busyMs, signal)
          continue
        }
        read(answer)
        onTheWay.delete(file)
        done += file.bytes
        return
      } catch (error) {
        if (signal.aborted || error instanceof Refused || attempt === mostAttempts) throw error
        tell(file, 0)
        await wait(Math.min(250 * 2 ** attempt++, 15_000), signal)
      }
    }
  }
  try {
    const waiting = what.files.values()
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        for (const file of waiting) await sendFile(file)
      }),
    )
    progress(bytes)
    return ((await ask('POST', under, {})) as { path: string }).path
  } catch (error) {
    await ask('DELETE', under, {}, AbortSignal.timeout(5000)).catch(() => undefined)
    throw error
  }
}

function read({ status, body }: { readonly status: number; readonly body: Uint8Array }): unknown {
  if (status === 200) return decode(body)
  throw new Refused(new TextDecoder().decode(body) || `The server answered ${status}.`)
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(new Error('Cancelled.'))
      },
      { once: true },
    )
  })
}
