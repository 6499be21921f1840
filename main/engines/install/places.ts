import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

// Not called "require": the bundler declares that in the files it makes.
const packages = createRequire(import.meta.url)

/** Folder of an installed package; null where it is not there. */
export function packageFolder(name: string): string | null {
  try {
    return dirname(packages.resolve(`${name}/package.json`))
  } catch {
    return null
  }
}

/** @throws where the package is not there */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(packages.resolve(`${name}/package.json`), 'utf8')) as { version: string }
  return version
}

/** Folder with ONNX Runtime's libraries for this machine; null where the package has none for it. */
export function runtimeFolder(): string | null {
  const folder = join(packageFolder('onnxruntime-node') ?? '', 'bin/napi-v6', process.platform, process.arch)
  return existsSync(folder) ? folder : null
}

/**
 * Where libraries are kept that are fetched on demand: of this user on this machine, outside of the program's own folders, which
 * may be read-only and are emptied by every npm ci. SACCADE_ENGINES names another folder.
 */
export function enginesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['SACCADE_ENGINES']) return env['SACCADE_ENGINES']
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] || join(homedir(), 'AppData/Local'), 'saccade/engines')
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/saccade/engines')
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local/share'), 'saccade/engines')
}

/** The file without which ONNX Runtime has no CUDA. */
export const cudaProvider = 'libonnxruntime_providers_cuda.so'

/** Where ONNX Runtime with CUDA is, or would be, fetched to: of exactly the version that the program uses. */
export function cudaFolder(engines = enginesFolder()): string {
  return join(engines, `onnxruntime-${packageVersion('onnxruntime-node')}-cuda12-${process.platform}-${process.arch}`)
}

/** Folder with a whole ONNX Runtime and its CUDA provider: fetched by us, or by the package's own install script; null where neither did. */
export function installedCuda(): string | null {
  return [cudaFolder(), runtimeFolder()].find((folder) => folder !== null && existsSync(join(folder, cudaProvider))) ?? null
}
