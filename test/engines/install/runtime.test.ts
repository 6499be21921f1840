import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { installCuda } from '../../../main/engines/install/cuda.ts'
import { cudaFolder } from '../../../main/engines/install/places.ts'
import { npmNetworkSettings, proxyFor } from '../../../main/engines/install/settings.ts'
import { temporaryFolder } from '../../support/workbench.ts'
import { writeFileSync } from 'node:fs'
import { openFeed } from './feed.ts'

const onlyHere = process.platform === 'linux' && process.arch === 'x64'
const engines = join(import.meta.dirname, '../../../main/engines/onnxruntime.ts')

/** What a fresh process prints that tries to load a program on these devices, one after the other. */
async function loads(devices: readonly string[], folder: string): Promise<{ said: string[]; log: string }> {
  const script = `
    import { onnxRuntime } from ${JSON.stringify(engines)}
    for (const device of ${JSON.stringify(devices)}) await onnxRuntime().load(Uint8Array.of(1), { device }).catch((error) => console.log(error.message))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, SACCADE_ENGINES: folder } })
  return { said: stdout.trim().split('\n'), log: stderr }
}

it.skipIf(!onlyHere)(`ONNX Runtime looks for its CUDA provider where it was fetched to, and says why it can't be used${onlyHere ? '' : ' (skipped: for Linux x64 only)'}`, async () => {
  const folder = temporaryFolder('engines')
  await installCuda({ signal: new AbortController().signal, engines: folder, index: (await openFeed()).index, settings: { httpsProxy: null, httpProxy: null, noProxy: [], ca: undefined } })
  // The libraries of this feed are made up: the system's loader refuses them, and names them.
  const cuda = await loads(['cuda', 'cpu'], folder)
  expect(cuda.log).toContain(join(cudaFolder(folder), 'libonnxruntime_providers_'))
  expect(cuda.said[0]).toMatch(/could not load the program on cuda: .*libonnxruntime_providers_cuda\.so: invalid ELF header/)
  // The runtime in that folder is a whole one: only the program is none.
  expect(cuda.said[1]).toMatch(/could not load the program on cpu: .*protobuf/i)
  expect((await loads(['cpu', 'cuda'], folder)).said[1]).toContain('was loaded without CUDA in this process')
}, 60_000)

it('proxy and certificates are those of npm: its variables, then the user\'s .npmrc, then the common variables', () => {
  const folder = temporaryFolder('npm')
  writeFileSync(join(folder, 'ca.pem'), 'CERTIFICATE')
  writeFileSync(join(folder, 'npmrc'), `; mine\nhttps-proxy = "http://\${WHO}@proxy.example:8080"\nnoproxy=.inside.example, localhost\ncafile=${join(folder, 'ca.pem')}\n`)
  const env = { npm_config_userconfig: join(folder, 'npmrc'), WHO: 'me:pass', HTTPS_PROXY: 'http://other.example', HTTP_PROXY: 'plain.example:3128' }
  const settings = npmNetworkSettings(env)
  expect(settings).toEqual({ httpsProxy: 'http://me:pass@proxy.example:8080', httpProxy: 'plain.example:3128', noProxy: ['.inside.example', 'localhost'], ca: 'CERTIFICATE' })
  expect(proxyFor(new URL('https://far.example/x'), settings)?.host).toBe('proxy.example:8080')
  expect(proxyFor(new URL('http://far.example/x'), settings)?.host).toBe('plain.example:3128')
  expect(proxyFor(new URL('https://a.inside.example/x'), settings)).toBeNull()
  expect(proxyFor(new URL('https://localhost:8/x'), settings)).toBeNull()
  expect(npmNetworkSettings({ ...env, npm_config_https_proxy: 'http://first.example' }).httpsProxy).toBe('http://first.example')
  expect(npmNetworkSettings({ npm_config_userconfig: join(folder, 'none') })).toEqual({ httpsProxy: null, httpProxy: null, noProxy: [], ca: undefined })
})
