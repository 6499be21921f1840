import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zipSync } from 'fflate'
import { onTestFinished } from 'vitest'
import { cudaPackage } from '../../../main/engines/install/cuda.ts'

/** Bytes that don't shrink to nothing: the same ones each time. */
export const content = (size: number, seed: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => ((i * 2654435761 + seed * 40503) >>> 13) & 0xff)

/** A NuGet feed on this machine with ONNX Runtime's GPU package as its publisher lays it out: paths, names, version; made-up libraries. */
export interface Feed {
  readonly index: string
  readonly archive: Uint8Array
  /** Content of each library by file name. */
  readonly libraries: ReadonlyMap<string, Uint8Array>
  /** Range headers of the requests for the package, in order; '' without one. */
  readonly asked: string[]
}

export interface FeedOptions {
  /** Answers requests for the package itself; returns false to have it served. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse, archive: Uint8Array) => boolean
  readonly hash?: string
  readonly algorithm?: string
}

/** Listens until the test is over. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export async function openFeed({ serve = () => false, hash, algorithm = 'SHA512' }: FeedOptions = {}): Promise<Feed> {
  const { name, version, files } = cudaPackage()
  const libraries = new Map([...files.values()].map((file, i) => [file, content(300_000, i)]))
  const archive = zipSync({
    'Package.nuspec': Buffer.from('<package/>'),
    ...Object.fromEntries([...files].map(([path, file], i) => [path, [libraries.get(file) as Uint8Array, { level: i % 2 === 0 ? 6 : 0 }] as [Uint8Array, { level: 0 | 6 }]])),
  })
  const asked: string[] = []
  let base = ''
  const details = { packageHash: hash ?? createHash('sha512').update(archive).digest('base64'), packageHashAlgorithm: algorithm, packageSize: archive.length }
  const at = `${name.toLowerCase()}/${version}`
  const answers: Readonly<Record<string, () => unknown>> = {
    '/v3/index.json': () => ({ version: '3.0.0', resources: [{ '@id': `${base}/registration/`, '@type': 'RegistrationsBaseUrl/3.6.0' }] }),
    [`/registration/${at}.json`]: () => ({ catalogEntry: `${base}/catalog/entry.json`, packageContent: `${base}/moved/package.nupkg` }),
    '/catalog/entry.json': () => details,
  }
  const port = await listen(
    createServer((request, response) => {
      // Seen by a proxy, an address is whole.
      const { pathname } = new URL(request.url ?? '/', base)
      if (pathname === '/moved/package.nupkg') return void response.writeHead(302, { location: '/flat/package.nupkg' }).end()
      if (pathname === '/flat/package.nupkg') {
        asked.push(request.headers.range ?? '')
        if (serve(request, response, archive)) return
        return void answerRange(request, response, archive)
      }
      const answer = answers[pathname]
      if (!answer) return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()))
    }),
  )
  base = `http://127.0.0.1:${port}`
  return { index: `${base}/v3/index.json`, archive, libraries, asked }
}

/** The archive, or the part of it that is asked for. */
export function answerRange({ headers: { range } }: IncomingMessage, response: ServerResponse, archive: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  if (from === 0) response.writeHead(200, { 'content-length': archive.length })
  else response.writeHead(206, { 'content-length': archive.length - from, 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` })
  response.end(archive.subarray(from))
}
