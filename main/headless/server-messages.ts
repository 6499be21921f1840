import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageType } from '../../preload/contract/codec.ts'

/** Inputs of calls are small; the largest holds a network's description. */
export const largestBody = 1 << 20
/** A message that takes longer to come in is none of a window's. */
const slowestMs = 60_000

/** Headers of every answer that is no file of the window. */
export const answerHeaders = {
  'content-type': messageType,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** Answers with a reason in words, and ends the line: what else comes on it is not read. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, {
      ...answerHeaders,
      'content-type': 'text/plain; charset=utf-8',
      ...(status === 429 && { 'retry-after': '1' }),
      connection: 'close',
    })
    .end(message)
}

/** The whole body, or undefined where it is too long; the rest of it is then read and dropped, so that the answer arrives. */
export function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) {
    request.resume()
    return Promise.resolve(undefined)
  }
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    const slow = setTimeout(() => request.destroy(new Error('The message took too long to come in.')), slowestMs)
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= largestBody) parts.push(part)
      else resolve(undefined)
    })
    request.on('close', () => clearTimeout(slow))
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', reject)
  })
}
