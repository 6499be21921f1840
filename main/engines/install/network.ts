import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { connect, rootCertificates } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { type NetworkSettings, proxyFor } from './settings.ts'

/** What can't be fetched, and what to do about it. */
export class InstallError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InstallError'
  }
}

export interface GetOptions {
  readonly settings: NetworkSettings
  readonly signal: AbortSignal
  readonly headers?: Record<string, string>
}

/** A server that says nothing for so long has stopped answering. */
const silenceMs = 30_000
const mostRedirects = 5

/** Errors of a connection that could not be made: no internet, no name server, a proxy that is not there. */
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL'])

/**
 * GETs an address, through the proxy where one is set, following redirects. Any status but 200, 206 and 416 is an error.
 * @throws InstallError, or the signal's reason
 */
export async function get(address: string, options: GetOptions, redirects = 0): Promise<IncomingMessage> {
  const url = new URL(address)
  const proxy = proxyFor(url, options.settings)
  const response = await answered(() => started(url, proxy, options), url, proxy, options.signal)
  const { statusCode = 0, headers } = response
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.resume()
    if (redirects === mostRedirects) throw new InstallError(`${url.host} redirects without end (${address}).`)
    return get(new URL(headers.location, url).href, options, redirects + 1)
  }
  if (statusCode === 200 || statusCode === 206 || statusCode === 416) return response
  response.resume()
  throw new InstallError(`${url.host} answered ${statusCode} ${response.statusMessage ?? ''}`.trim() + ` to ${address}.`)
}

/** A JSON document. @throws InstallError */
export async function getJson(address: string, options: GetOptions): Promise<unknown> {
  const response = await get(address, { ...options, headers: { 'accept-encoding': 'gzip' } })
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    return JSON.parse((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')) as unknown
  } catch (error) {
    options.signal.throwIfAborted()
    throw new InstallError(`The answer of ${address} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function answered(start: () => Promise<ClientRequest>, url: URL, proxy: URL | null, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : offline(error, url, proxy))
    start().then((request) => {
      request.once('response', resolve)
      request.once('error', fail)
      request.setTimeout(silenceMs, () => request.destroy(new Error(`no answer for ${silenceMs / 1000} s`)))
      request.end()
    }, fail)
  })
}

async function started(url: URL, proxy: URL | null, { settings: { ca }, headers, signal }: GetOptions): Promise<ClientRequest> {
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  const about: RequestOptions = { headers: { 'user-agent': 'saccade', ...headers }, signal, agent: false }
  if (proxy === null) return url.protocol === 'https:' ? requestHttps(url, { ...about, ...trusted }) : requestHttp(url, about)
  const credentials = authorization(proxy)
  // A proxy takes a plain request's whole address; for TLS it is asked for a tunnel.
  if (url.protocol === 'http:') return requestHttp(proxy, { ...about, path: url.href, headers: { ...about.headers, host: url.host, ...credentials } })
  const socket = await tunnel(url, proxy, credentials, signal)
  const { agent: _, ...withoutAgent } = about
  return requestHttps(url, { ...withoutAgent, createConnection: () => connect({ socket, servername: url.hostname, ...trusted }) })
}

function tunnel(url: URL, proxy: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? requestHttps : requestHttp)(proxy, { method: 'CONNECT', path: target, headers: { host: target, ...headers }, signal, agent: false })
    request.once('connect', ({ statusCode, statusMessage = '' }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new Error(`the proxy answered ${statusCode} ${statusMessage}`.trim()))
    })
    request.once('error', reject)
    request.end()
  })
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  return { 'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` }
}

/** A connection's error in words for people. */
function offline(error: Error, url: URL, proxy: URL | null): InstallError {
  const { code = '' } = error as NodeJS.ErrnoException
  const through = proxy === null ? '' : ` through the proxy ${proxy.host}`
  const advice = unreachable.has(code)
    ? ' Is this machine connected to the internet? Behind a proxy, tell npm of it ("npm config set https-proxy URL"): its setting is used here too.'
    : ''
  return new InstallError(`${url.host} can't be reached${through}: ${error.message || code}.${advice}`, { cause: error })
}
