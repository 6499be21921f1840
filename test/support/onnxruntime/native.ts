import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** ONNX Runtime's own shared library, as onnxruntime-node brings it for this system. */
export const library = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  'bin/napi-v6', process.platform, process.arch, process.platform === 'darwin' ? 'libonnxruntime.1.dylib' : 'libonnxruntime.so.1',
)

/** Debian's Python, which has python3-numpy. */
export const python = '/usr/bin/python3'
export const numpy = works(python, ['-c', 'import numpy'])
export const compiler = works('g++', ['--version'])

const installed = works(python, ['-c', 'import onnxruntime'])
/** Which runtime Python's `import onnxruntime` is in `pythonEnv`: the installed one, else ours over the same C API (onnxruntime/__init__.py). */
export const pythonRuntime = installed ? 'the installed onnxruntime' : "the library of onnxruntime-node, through test/support/onnxruntime as no onnxruntime is installed"
export const pythonEnv: NodeJS.ProcessEnv = {
  ...process.env,
  PYTHONDONTWRITEBYTECODE: '1',
  ONNXRUNTIME_LIBRARY: library,
  ...(!installed && { PYTHONPATH: join(import.meta.dirname) }),
}
