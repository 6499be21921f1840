import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { download, fullDisk, isFull, roomFor, type OnBytes } from './download.ts'
import { InstallError } from './network.ts'
import { findPackage } from './nuget.ts'
import { cudaFolder, cudaProvider, enginesFolder, runtimeFolder } from './places.ts'
import { npmNetworkSettings, type NetworkSettings } from './settings.ts'
import { unzip } from './unzip.ts'

const packages = createRequire(import.meta.url)

/** What onnxruntime-node's install script reads: which files of which package go where, and the feed that has it. */
const metadataSchema = z.object({
  manifests: z.record(z.string(), z.record(z.string(), z.object({ package: z.string(), path: z.string() }))),
  packages: z.record(z.string(), z.object({ name: z.string(), versions: z.array(z.object({ feed: z.string(), version: z.string() })).min(1) })),
  feeds: z.record(z.string(), z.object({ type: z.string(), index: z.string() })),
})

/** The CUDA libraries of this machine's ONNX Runtime. */
export interface CudaPackage {
  readonly name: string
  readonly version: string
  /** Address of the feed's service index, as the package's publisher names it. */
  readonly index: string
  /** Path in the package: file name. */
  readonly files: ReadonlyMap<string, string>
}

/** @throws InstallError where ONNX Runtime offers no CUDA for this system */
export function cudaPackage(): CudaPackage {
  const metadata = metadataSchema.safeParse(packages('onnxruntime-node/script/install-metadata.js'))
  const manifest = metadata.data?.manifests[`${process.platform}/${process.arch}:cuda12`]
  if (!metadata.success || !manifest) throw new InstallError(`ONNX Runtime offers its CUDA libraries for Linux x64 only, this is ${process.platform} ${process.arch}.`)
  // TensorRT is another provider, and half of the package.
  const files = Object.entries(manifest).filter(([file]) => !file.includes('tensorrt'))
  const source = metadata.data.packages[files[0]?.[1].package ?? '']
  const [version] = source?.versions ?? []
  const feed = metadata.data.feeds[version?.feed ?? '']
  if (!source || !version || feed?.type !== 'nuget') throw new InstallError("onnxruntime-node's install script names its packages in another way now.")
  return { name: source.name, version: version.version, index: feed.index, files: new Map(files.map(([file, { path }]) => [path, basename(file)])) }
}

/** How far an installation is. */
export type OnProgress = (step: 'looking' | 'downloading' | 'unpacking', bytes: number, total: number | null) => void

export interface InstallOptions {
  readonly signal: AbortSignal
  readonly onProgress?: OnProgress
  /** Another feed's service index: a mirror of the publisher's. SACCADE_NUGET_INDEX names one too. */
  readonly index?: string
  /** Default: `enginesFolder()`. */
  readonly engines?: string
  readonly settings?: NetworkSettings
}

/**
 * Fetches ONNX Runtime's CUDA libraries and puts them into a folder of their own, with copies of the runtime that looks for them
 * beside itself. The folder appears at once when it is whole. Returns it.
 * @throws InstallError; the signal's reason where it was aborted
 */
export async function installCuda({ signal, onProgress = () => undefined, engines = enginesFolder(), ...given }: InstallOptions): Promise<string> {
  const folder = cudaFolder(engines)
  if (existsSync(join(folder, cudaProvider))) return folder
  const wanted = cudaPackage()
  const runtime = runtimeFolder()
  if (runtime === null) throw new InstallError(`ONNX Runtime has no library for ${process.platform} ${process.arch}.`)
  const index = given.index ?? (process.env['SACCADE_NUGET_INDEX'] || wanted.index)
  const options = { signal, settings: given.settings ?? npmNetworkSettings() }
  onProgress('looking', 0, null)
  const remote = await findPackage(index, wanted.name, wanted.version, options)
  const archive = join(engines, 'downloads', `${wanted.name}.${wanted.version}.nupkg`.toLowerCase())
  const parts = `${folder}.${process.pid}.part`
  const tell = (step: 'downloading' | 'unpacking'): OnBytes => (bytes, total) => onProgress(step, bytes, total)
  try {
    if (!existsSync(archive)) await download(remote, archive, options, tell('downloading'))
    await mkdir(parts, { recursive: true })
    await roomFor(join(parts, 'library'), 0)
    for (const name of await readdir(runtime)) await copyFile(join(runtime, name), join(parts, name))
    await unzip(archive, new Map([...wanted.files].map(([path, file]) => [path, join(parts, file)])), signal, tell('unpacking'))
    await rm(folder, { recursive: true, force: true })
    await rename(parts, folder)
    await rm(archive, { force: true })
    return folder
  } catch (error) {
    signal.throwIfAborted()
    if (isFull(error)) throw fullDisk(folder, null, error)
    if (error instanceof InstallError) {
      // An archive that can't be unpacked is fetched anew the next time.
      await rm(archive, { force: true })
      throw error
    }
    throw new InstallError(`${folder} could not be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    await rm(parts, { recursive: true, force: true })
  }
}
