import type { IncomingMessage, ServerResponse } from 'node:http'
import { decode, encode, messageType } from '../../preload/contract/codec.ts'
import { fileType, uploadRequestSchema } from '../../preload/contract/uploads.ts'
import { StorageError } from '../training/atomic.ts'
import { UsageError } from '../workbench/api.ts'
import { answerHeaders, largestBody, readBody, refuse } from './server-messages.ts'
import { UploadRefused, type Uploads } from './uploads.ts'

/**
 * Files that clients send (preload/contract/uploads.ts), of those who are let in.
 * @param uploads undefined where none are taken
 */
export async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  uploads: Uploads | undefined,
): Promise<void> {
  if (!uploads) return refuse(response, 403, 'This server takes no uploads.')
  const [, , id, ...names] = pathname.split('/')
  try {
    const value = names.length > 0 ? await receive(request, uploads, id ?? '', names) : await manage(request, uploads, id)
    if (value === undefined) return refuse(response, 405, 'Uploads are begun with POST, sent with PUT and cancelled with DELETE.')
    response.writeHead(200, answerHeaders).end(encode(value))
  } catch (error) {
    // Nobody is there any more to be told of a line that broke.
    if (response.destroyed) return
    const message = error instanceof Error ? error.message : String(error)
    refuse(
      response,
      error instanceof UploadRefused ? error.status : error instanceof UsageError ? 400 : error instanceof StorageError ? 507 : 500,
      message,
    )
  }
}

async function receive(request: IncomingMessage, uploads: Uploads, id: string, names: readonly string[]): Promise<object | undefined> {
  if (request.method !== 'PUT') return undefined
  if (request.headers['content-type'] !== fileType) throw new UploadRefused(415, `Files are sent as ${fileType}.`)
  const length = request.headers['content-length']
  await uploads.receive(id, decodePath(names), length === undefined ? null : Number(length), request)
  return {}
}

/** Begins, ends and cancels. undefined: no such method. */
async function manage(request: IncomingMessage, uploads: Uploads, id: string | undefined): Promise<object | undefined> {
  if (request.method !== 'POST' && request.method !== 'DELETE') return undefined
  if (request.headers['content-type'] !== messageType) throw new UploadRefused(415, `Uploads are begun and ended with ${messageType}.`)
  const body = await readBody(request)
  if (!body) throw new UploadRefused(413, `A message may be at most ${largestBody} bytes long.`)
  if (id !== undefined && request.method === 'POST') return { path: uploads.finish(id) }
  if (id !== undefined) {
    uploads.cancel(id)
    return {}
  }
  if (request.method === 'DELETE') return undefined
  const parsed = uploadRequestSchema.safeParse(read(body))
  if (!parsed.success)
    throw new UploadRefused(
      400,
      `An upload is begun with its name, files and bytes: ${parsed.error.issues[0]?.path.join('.') ?? ''} is wrong.`,
    )
  return { id: await uploads.begin(parsed.data) }
}

function read(body: Uint8Array): unknown {
  try {
    return decode(body)
  } catch (error) {
    throw new UploadRefused(400, error instanceof Error ? error.message : String(error))
  }
}

/** As its client wrote it: an encoded slash parts names like a plain one. Where it may lead is judged later (upload-names.ts). */
function decodePath(names: readonly string[]): string {
  try {
    return names.map(decodeURIComponent).join('/')
  } catch {
    throw new UploadRefused(400, 'The path of this file can not be read.')
  }
}
