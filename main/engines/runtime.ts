import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as ort from 'onnxruntime-node'
import { EngineError } from './engine.ts'
import { cudaProvider, installedCuda, runtimeFolder } from './install/places.ts'
import type { Device } from './schema.ts'

export type OnnxRuntime = typeof ort

const packages = createRequire(import.meta.url)

/** Folder whose libraries this process has loaded. */
let loadedFrom: string | null = null

/**
 * ONNX Runtime, loaded when it is first needed. It looks for its CUDA provider in the folder that its own library was loaded from,
 * so for CUDA that is the folder they were fetched to, where npm's has none.
 * @throws EngineError
 */
export function loadRuntime(device: Device): OnnxRuntime {
  const own = runtimeFolder()
  const folder = device === 'cuda' ? (installedCuda() ?? own) : own
  if (own === null || folder === null) throw new EngineError(`ONNX Runtime has no library for ${process.platform} ${process.arch}`)
  if (loadedFrom === null) {
    if (folder !== own) adopt(join(folder, bindingName), join(own, bindingName))
    loadedFrom = folder
  } else if (device === 'cuda' && loadedFrom !== folder) {
    throw new EngineError('ONNX Runtime was loaded without CUDA in this process: start another one for it')
  }
  return packages('onnxruntime-node') as OnnxRuntime
}

const bindingName = 'onnxruntime_binding.node'

/** Loads a copy of the native binding in the place of the package's own. @throws EngineError */
function adopt(copy: string, original: string): void {
  const name = packages.resolve(original)
  const binding: NodeJS.Module = Object.assign(Object.create(null) as NodeJS.Module, { exports: {}, id: name, filename: name, loaded: true, children: [], paths: [] })
  try {
    process.dlopen(binding, copy)
  } catch (error) {
    throw new EngineError(`ONNX Runtime with CUDA can't be loaded: ${error instanceof Error ? error.message : String(error)}. Delete its folder and fetch it again.`, { cause: error })
  }
  packages.cache[name] = binding
}

/**
 * Why the CUDA provider can't be loaded, as the system's loader tells it; ONNX Runtime keeps that to its log. null where the
 * library by itself loads.
 */
export function cudaFault(): string | null {
  try {
    process.dlopen({ exports: {} }, join(installedCuda() ?? '', cudaProvider))
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return /did not self-register|undefined symbol/.test(message) ? null : message
  }
}
