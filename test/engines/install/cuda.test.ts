import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, request as requestHttp } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cudaPackage, installCuda, type InstallOptions } from '../../../main/engines/install/cuda.ts'
import { InstallError } from '../../../main/engines/install/network.ts'
import { cudaFolder, runtimeFolder } from '../../../main/engines/install/places.ts'
import type { NetworkSettings } from '../../../main/engines/install/settings.ts'
import { temporaryFolder } from '../../support/workbench.ts'
import { answerRange, type Feed, listen, openFeed } from './feed.ts'

const onlyHere = process.platform === 'linux' && process.arch === 'x64'
const direct: NetworkSettings = { httpsProxy: null, httpProxy: null, noProxy: [], ca: undefined }
const never = new AbortController().signal

const install = (engines: string, feed: Pick<Feed, 'index'>, options: Partial<InstallOptions> = {}) =>
  installCuda({ signal: never, engines, index: feed.index, settings: direct, ...options })

const partOf = (engines: string): string => {
  const { name, version } = cudaPackage()
  return join(engines, 'downloads', `${name}.${version}.nupkg.part`.toLowerCase())
}

/** The libraries with the runtime beside them, and nothing else left. */
function expectInstalled(engines: string, { libraries }: Feed): void {
  const folder = cudaFolder(engines)
  expect(readdirSync(engines).sort()).toEqual(['downloads', folder.split('/').at(-1)].sort())
  for (const [file, bytes] of libraries) expect(readFileSync(join(folder, file)).equals(bytes), file).toBe(true)
  for (const file of readdirSync(runtimeFolder() ?? '')) expect(statSync(join(folder, file)).size, file).toBe(statSync(join(runtimeFolder() ?? '', file)).size)
  expect(readdirSync(join(engines, 'downloads'))).toEqual([])
}

describe.skipIf(!onlyHere)(`CUDA libraries on demand${onlyHere ? '' : ' (skipped: ONNX Runtime offers them for Linux x64 only)'}`, () => {
  it('are those that the package\'s own install script names', () => {
    const { name, version, index, files } = cudaPackage()
    expect(name).toMatch(/^Microsoft\.ML\.OnnxRuntime\.Gpu/)
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(new URL(index).protocol).toBe('https:')
    expect([...files.values()].sort()).toEqual(['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'])
  })

  it('are fetched, checked and placed at once, with progress; a second time nothing is asked for', async () => {
    const [engines, feed] = [temporaryFolder('engines'), await openFeed()]
    const told: [string, number, number | null][] = []
    const folder = await install(engines, feed, { onProgress: (...progress) => told.push(progress) })
    expect(folder).toBe(cudaFolder(engines))
    expectInstalled(engines, feed)
    expect(told[0]).toEqual(['looking', 0, null])
    expect(told.filter(([step]) => step === 'downloading').at(-1)).toEqual(['downloading', feed.archive.length, feed.archive.length])
    expect(told.at(-1)).toEqual(['unpacking', 600_000, 600_000])
    await install(engines, feed)
    expect(feed.asked).toEqual([''])
  })

  it('a cut connection is taken up again where it broke off', async () => {
    const engines = temporaryFolder('engines')
    let cuts = 0
    const feed = await openFeed({
      serve: (request, response, archive) => {
        if (++cuts > 2) return false
        const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
        response.writeHead(from === 0 ? 200 : 206, { 'content-length': archive.length - from, ...(from > 0 && { 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` }) })
        response.write(archive.subarray(from, from + 100_000), () => response.socket?.end())
        return true
      },
    })
    await install(engines, feed)
    expectInstalled(engines, feed)
    expect(feed.asked.at(-1)).toMatch(/^bytes=[1-9]\d+-$/)
  })

  it('a server that goes away: what came is kept, and the next try goes on from there', async () => {
    const engines = temporaryFolder('engines')
    let away = true
    const feed = await openFeed({
      serve: (request, response, archive) => {
        if (!away) return false
        if (request.headers.range !== undefined) response.destroy()
        else {
          response.writeHead(200, { 'content-length': archive.length })
          response.write(archive.subarray(0, 200_000), () => response.socket?.end())
        }
        return true
      },
    })
    await expect(install(engines, feed)).rejects.toThrow(/can't be reached|broke off/)
    const kept = statSync(partOf(engines)).size
    expect(existsSync(cudaFolder(engines))).toBe(false)
    away = false
    await install(engines, feed)
    expectInstalled(engines, feed)
    expect(feed.asked.at(-1)).toBe(kept === 0 ? '' : `bytes=${kept}-`)
  })

  it('a server without ranges sends all of it again; leftovers longer than the file are thrown away', async () => {
    const engines = temporaryFolder('engines')
    const feed = await openFeed({
      serve: (_, response, archive) => {
        response.writeHead(200, { 'content-length': archive.length }).end(archive)
        return true
      },
    })
    mkdirSync(join(engines, 'downloads'))
    writeFileSync(partOf(engines), feed.archive.subarray(0, 5000))
    await install(engines, feed)
    expectInstalled(engines, feed)
  })

  it('another content than the publisher\'s is refused and deleted, also when only a kept beginning is wrong', async () => {
    const engines = temporaryFolder('engines')
    const wrong = await openFeed({ hash: Buffer.alloc(64, 7).toString('base64') })
    await expect(install(engines, wrong)).rejects.toThrow(/not what its publisher offers: SHA-512 \w{16}\.\.\. instead of 0707070707070707/)
    expect(readdirSync(join(engines, 'downloads'))).toEqual([])
    expect(existsSync(cudaFolder(engines))).toBe(false)
    const feed = await openFeed()
    writeFileSync(partOf(engines), Buffer.alloc(1000, 1))
    await expect(install(engines, feed)).rejects.toThrow('not what its publisher offers')
    await install(engines, feed)
    expectInstalled(engines, feed)
  })

  it('a feed that names no SHA-512 is refused before anything is fetched', async () => {
    const feed = await openFeed({ algorithm: 'MD5' })
    await expect(install(temporaryFolder('engines'), feed)).rejects.toThrow("names no SHA-512 of Microsoft.ML.OnnxRuntime.Gpu")
    expect(feed.asked).toEqual([])
  })

  it('cancel: at once, with nothing in place, and what came is kept', async () => {
    const engines = temporaryFolder('engines')
    const abort = new AbortController()
    const feed = await openFeed({
      serve: (_, response, archive) => {
        // The rest never comes.
        response.writeHead(200, { 'content-length': archive.length }).write(archive.subarray(0, 100_000))
        return true
      },
    })
    const onProgress = (step: string, bytes: number): void => void (step === 'downloading' && bytes >= 100_000 && abort.abort())
    await expect(install(engines, feed, { signal: abort.signal, onProgress })).rejects.toThrow(/abort/i)
    expect(readdirSync(engines)).toEqual(['downloads'])
    expect(existsSync(partOf(engines))).toBe(true)
  })

  it('a full disk is named, with what to do', async () => {
    const [engines, feed] = [temporaryFolder('engines'), await openFeed()]
    mkdirSync(join(engines, 'downloads'))
    // Every write to /dev/full fails as on a full disk.
    symlinkSync('/dev/full', partOf(engines))
    await expect(install(engines, feed)).rejects.toThrow(/disk of .+downloads is full: microsoft.+ takes 1 MB\. Make room there, or name another folder with SACCADE_ENGINES/)
    expect(existsSync(cudaFolder(engines))).toBe(false)
  })

  it('offline: says so and what to do; nothing is written', async () => {
    const engines = temporaryFolder('engines')
    const closed = createServer()
    closed.listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const failed = install(engines, { index: `http://127.0.0.1:${port}/v3/index.json` })
    await expect(failed).rejects.toThrow(InstallError)
    await expect(failed).rejects.toThrow(/127\.0\.0\.1:\d+ can't be reached: .*ECONNREFUSED.*connected to the internet\? Behind a proxy, tell npm of it/)
    expect(readdirSync(engines)).toEqual([])
  })

  it('goes through the proxy that npm is configured with; a proxy that is away is named', async () => {
    const [engines, feed] = [temporaryFolder('engines'), await openFeed()]
    const seen: string[] = []
    const port = await listen(
      createServer((request, response) => {
        seen.push(`${request.headers['proxy-authorization']} ${request.url}`)
        requestHttp(request.url ?? '', { headers: request.headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
        }).end()
      }),
    )
    await install(engines, feed, { settings: { ...direct, httpProxy: `http://me:secret@127.0.0.1:${port}` } })
    expectInstalled(engines, feed)
    expect(seen).toHaveLength(5)
    expect(seen[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')} ${feed.index}`)
    await expect(install(temporaryFolder('engines'), feed, { settings: { ...direct, httpProxy: 'http://127.0.0.1:1' } })).rejects.toThrow('through the proxy 127.0.0.1:1')
    await install(temporaryFolder('engines'), feed, { settings: { ...direct, httpProxy: 'http://127.0.0.1:1', noProxy: ['127.0.0.1'] } })
  })

  it('https goes through a tunnel of the proxy; one that refuses is named', async () => {
    const tunnels: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '')
      if (tunnels.length > 1) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      // A tunnel to what speaks no TLS: the handshake must reach it.
      const target = connect(plain, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      target.pipe(socket)
      socket.pipe(target)
    })
    let hello = 0
    const listener = createServer()
    listener.on('connection', (socket) => socket.once('data', (bytes: Buffer) => { hello = bytes[0] ?? 0; socket.destroy() }))
    const plain = await listen(listener)
    const settings = { ...direct, httpsProxy: `http://127.0.0.1:${await listen(proxy)}` }
    const engines = temporaryFolder('engines')
    await expect(install(engines, { index: 'https://feed.invalid/v3/index.json' }, { settings })).rejects.toThrow("feed.invalid can't be reached through the proxy")
    expect(tunnels).toEqual(['feed.invalid:443'])
    // 22: a TLS handshake.
    expect(hello).toBe(22)
    await expect(install(engines, { index: 'https://feed.invalid/v3/index.json' }, { settings })).rejects.toThrow('the proxy answered 407 Proxy Authentication Required')
  })

  it('a damaged or differently packed archive is refused though its checksum is right', async () => {
    const engines = temporaryFolder('engines')
    const { name, version } = cudaPackage()
    mkdirSync(join(engines, 'downloads'))
    writeFileSync(join(engines, 'downloads', `${name}.${version}.nupkg`.toLowerCase()), 'no archive')
    await expect(install(engines, await openFeed())).rejects.toThrow('is no whole zip archive: it has no directory at its end')
    expect(readdirSync(engines)).toEqual(['downloads'])
    // It is fetched anew.
    const feed = await openFeed({ serve: (request, response, archive) => (answerRange(request, response, archive), true) })
    await install(engines, feed)
    expectInstalled(engines, feed)
  })
})
