import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import chromium from '@sparticuz/chromium'

/** A program to run on WebGPU, as it crosses to the child process. Shapes and values by port name. */
export interface WebgpuJob {
  readonly name: string
  readonly onnx: string
  readonly inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>
  readonly outputs: Readonly<Record<string, readonly number[]>>
}
export type WebgpuResult = Readonly<Record<string, readonly number[]>> | { readonly error: string }

/** Why the WebGPU provider can't be run here without a GPU; null where it can. */
export const withoutSoftwareVulkan: string | null =
  process.platform === 'linux' && process.arch === 'x64' ? null : `SwiftShader comes for Linux x64 only, this is ${process.platform} ${process.arch}`

/** Runs programs on onnxruntime's WebGPU provider. */
export async function runOnWebgpu(jobs: readonly WebgpuJob[]): Promise<WebgpuResult[]> {
  return (await underSoftwareVulkan('webgpu-child.ts', jobs)) as WebgpuResult[]
}

/**
 * Runs a script of this folder with SwiftShader, the software Vulkan driver that @sparticuz/chromium carries: it gets the names
 * of a file with its input and of one for its result, both JSON. A process of its own: the loader reads LD_LIBRARY_PATH when it
 * starts, and a driver may take its process with it.
 */
export async function underSoftwareVulkan(script: string, input: unknown): Promise<unknown> {
  // Unpacks libvk_swiftshader.so beside the browser.
  await chromium.executablePath()
  const folder = mkdtempSync(join(tmpdir(), 'saccade-vulkan-'))
  try {
    symlinkSync(join(tmpdir(), 'libvk_swiftshader.so'), join(folder, 'libvulkan.so.1'))
    writeFileSync(join(folder, 'jobs.json'), JSON.stringify(input))
    const child = join(import.meta.dirname, script)
    await promisify(execFile)(process.execPath, [child, join(folder, 'jobs.json'), join(folder, 'results.json')], { env: { ...process.env, LD_LIBRARY_PATH: folder } })
    return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
