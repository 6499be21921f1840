import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { installedCuda, packageFolder, packageVersion, runtimeFolder } from './install/places.ts'
import type { Device, DeviceReport } from './schema.ts'

/** What can be known of a device without loading a driver: drivers are only loaded in processes of their own. */
type Found = Pick<DeviceReport, 'state' | 'detail' | 'advice' | 'install'>

const found = (detail: string): Found => ({ state: 'found', detail, advice: null })
const missing = (detail: string, advice: string): Found => ({ state: 'missing', detail, advice })

function cpu(): Found {
  if (runtimeFolder() === null)
    return missing(`ONNX Runtime has no library for ${process.platform} ${process.arch}`, 'Use a machine with Linux, Windows or an Apple processor.')
  return found(`${cpus()[0]?.model.trim() ?? 'CPU'}, ${availableParallelism()} cores, ONNX Runtime ${packageVersion('onnxruntime-node')}`)
}

function webgpu(): Found {
  if (process.platform === 'linux' && process.arch === 'arm64')
    return missing('ONNX Runtime has no WebGPU for Linux on arm64', 'Train on the CPU, or on a machine with x64 processors.')
  const driver = { linux: 'Vulkan', darwin: 'Metal', win32: 'Direct3D 12' }[process.platform as string] ?? 'WebGPU'
  return found(`any GPU with a ${driver} driver; needs nothing else. Weights and optimizer state stay on it from step to step`)
}

function cuda(): Found {
  if (process.platform !== 'linux' || process.arch !== 'x64') return missing('ONNX Runtime offers CUDA on Linux x64 only', 'Use WebGPU on this machine.')
  const driver = nvidiaDriver()
  if (installedCuda() === null) {
    const advice = 'fetch it here ("Install", or: npm run saccade -- devices --install cuda), then measure. CUDA 12 and cuDNN 9 themselves come from NVIDIA.'
    const detail = "ONNX Runtime's CUDA library is not installed (a plain install leaves it out: some 200 MB)"
    return { ...missing(detail, driver === null ? `With an NVIDIA GPU and its driver: ${advice}` : `${driver} is loaded: ${advice}`), install: 'cuda' }
  }
  return driver === null ? missing('No NVIDIA driver is loaded', 'Install the driver of your GPU.') : found(`${driver}. Weights cross to it and back with every step: onnxruntime-node can't keep them in CUDA memory`)
}

/** First line of the kernel module's version file. */
function nvidiaDriver(): string | null {
  try {
    return readFileSync('/proc/driver/nvidia/version', 'utf8').split('\n')[0]?.trim() ?? null
  } catch {
    return null
  }
}

function dml(): Found {
  if (process.platform !== 'win32') return missing('DirectML is part of Windows', 'Use WebGPU on this machine.')
  return found("any GPU with a Direct3D 12 driver. Weights cross to it and back with every step: onnxruntime-node can't keep them there")
}

function coreml(): Found {
  if (process.platform !== 'darwin') return missing('CoreML is part of macOS', 'Use WebGPU on this machine.')
  return found("Apple's neural engine and GPU; runs the operations it has, the CPU the others")
}

function tensorflow(): Found {
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    const folder = packageFolder(name)
    if (folder !== null && existsSync(join(folder, 'lib'))) return found(`${name} ${packageVersion(name)}`)
  }
  return missing(
    "TensorFlow's C library is not installed (a plain install leaves it out: 400 MB)",
    'Run "npm rebuild --ignore-scripts=false @tensorflow/tfjs-node-gpu" where the internet is reachable, then measure again.',
  )
}

/** Every device, the one that is always there first. A new one is its line here and in deviceSchema. */
const devices: readonly { readonly device: Device; readonly title: string; readonly find: () => Found }[] = [
  { device: 'cpu', title: 'CPU (ONNX Runtime)', find: cpu },
  { device: 'webgpu', title: 'GPU (ONNX Runtime, WebGPU)', find: webgpu },
  { device: 'cuda', title: 'NVIDIA GPU (ONNX Runtime, CUDA)', find: cuda },
  { device: 'dml', title: 'GPU (ONNX Runtime, DirectML)', find: dml },
  { device: 'coreml', title: 'Apple (ONNX Runtime, CoreML)', find: coreml },
  { device: 'tensorflow', title: 'TensorFlow', find: tensorflow },
]

/** What was found on this machine, nothing measured yet. */
export function discover(): DeviceReport[] {
  return devices.map(({ device, title, find }) => ({ device, title, ...find(), samplesPerSecond: null, lossDifference: null }))
}
