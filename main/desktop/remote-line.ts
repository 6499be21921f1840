/** How the desktop's main process reaches a workbench on another machine: HTTP, WebSocket, and the certificates that it trusts. */
import { X509Certificate } from 'node:crypto'
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import WebSocket from 'ws'
import { Refused, type Transport } from '../../preload/contract/browser-client.ts'
import { errorCode } from '../training/atomic.ts'

/** A dead line is noticed by the system even while nothing is asked. */
const keepAliveMs = 15_000
/** A machine that does not answer at all. */
const connectMs = 15_000

/** A line to one origin. */
export interface Line extends Transport {
  /** A request whose body is written by the caller. */
  request(path: string, options: RequestOptions, answered: (response: IncomingMessage) => void): ReturnType<typeof plainRequest>
  close(): void
}

/**
 * @param certificate PEM of the certificate that the user trusts there; null: whichever the system's authorities vouch for. With one no
 *   other is taken, so that TLS itself proves who answers before the first byte of ours (the token is one of them) is sent.
 */
export function openLine(origin: string, certificate: string | null): Line {
  const url = new URL(origin)
  const secure = url.protocol === 'https:'
  const agent = secure
    ? new TlsAgent({ keepAlive: true, keepAliveMsecs: keepAliveMs, ...trust(certificate) })
    : new PlainAgent({ keepAlive: true, keepAliveMsecs: keepAliveMs })
  const request: Line['request'] = (path, options, answered) =>
    (secure ? tlsRequest : plainRequest)(new URL(path, origin), { ...options, agent }, answered)
  return {
    request,
    post: (address, headers, body) =>
      new Promise((resolve, reject) => {
        const sent = request(
          new URL(address).pathname,
          { method: 'POST', headers: { ...headers, 'content-length': body.length, 'accept-encoding': 'gzip' } },
          (response) => {
            readAll(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject)
          },
        )
        sent.on('error', (error) => reject(isMistrust(error) ? new Refused('untrusted', mistrust(origin, error)) : error))
        sent.end(body)
      }),
    listen(address, protocols, message, closed) {
      const socket = new WebSocket(address, [...protocols], { agent, handshakeTimeout: connectMs, maxPayload: 256 << 20 })
      // What failed is told by "close" as well.
      socket.on('error', () => undefined)
      socket.on('message', (data) =>
        message(Buffer.isBuffer(data) ? new Uint8Array(data) : new Uint8Array(Buffer.concat([data].flat() as Buffer[]))),
      )
      socket.on('close', closed)
      return { close: () => socket.terminate() }
    },
    close: () => agent.destroy(),
  }
}

/** The whole body of an answer, unpacked. */
export async function readAll(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  return new Uint8Array(response.headers['content-encoding'] === 'gzip' ? await promisify(gunzip)(bytes) : bytes)
}

function trust(certificate: string | null): object {
  if (certificate === null) return {}
  const { fingerprint256 } = new X509Certificate(certificate)
  return {
    ca: [certificate],
    // A certificate that stands for itself alone: nothing that it signed is trusted.
    allowPartialTrustChain: true,
    checkServerIdentity: (_host: string, shown: { fingerprint256: string }) =>
      shown.fingerprint256 === fingerprint256
        ? undefined
        : Object.assign(new Error('another certificate'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
  }
}

/** What OpenSSL and Node call certificates that prove nothing (nodejs.org/api/tls.html, X509 certificate error codes). */
const isMistrust = (error: Error): boolean => /CERT|LEAF_SIGNATURE|ISSUER|ERR_TLS_CERT/.test(errorCode(error))

const mistrust = (origin: string, error: Error): string =>
  `${origin} shows another certificate than the one that was trusted (${error.message}). If it was renewed, connect again and compare its fingerprint; else somebody may stand in between.`

/** What a server shows of itself. `vouched`: by the system's authorities, and for this name. */
export interface ShownCertificate {
  readonly pem: string
  readonly fingerprint: string
  readonly vouched: boolean
}

/** Asks for the certificate of an https origin, and says nothing else to it. @throws where nobody answers there */
export function shownCertificate(origin: string): Promise<ShownCertificate> {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = tlsConnect(
      { host, port: Number(port || 443), ...(isIP(host) === 0 && { servername: host }), rejectUnauthorized: false, timeout: connectMs },
      () => {
        const shown = socket.getPeerX509Certificate()
        socket.destroy()
        if (!shown) return reject(new Error('It shows no certificate.'))
        resolve({ pem: shown.toString(), fingerprint: shown.fingerprint256, vouched: socket.authorized })
      },
    )
    socket.on('timeout', () => socket.destroy(new Error('It does not answer.')))
    socket.on('error', reject)
  })
}
