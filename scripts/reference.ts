/**
 * npm run reference -- DIR: runs every case of a reference folder and prints the largest error of each quantity.
 * Exit 0 where all are within tolerance, 1 where one is not, 2 on wrong usage.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { onnxRuntime } from '../main/engines/onnxruntime.ts'
import { readCase } from './reference/case.ts'
import { checkCase, type Finding } from './reference/check.ts'
import { checkFrames } from './reference/frames.ts'

const folder = process.argv[2]
if (!folder || !existsSync(folder)) {
  console.error(folder ? `${folder} does not exist` : 'usage: npm run reference -- DIR')
  process.exit(2)
}
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors')).sort()
if (files.length === 0) {
  console.error(`${folder} has no .safetensors case`)
  process.exit(2)
}
const findings: Finding[] = []
for (const name of files) {
  const path = join(folder, name)
  findings.push(...(name.startsWith('frames-') ? checkFrames(path) : await checkCase(readCase(path), onnxRuntime(), { device: 'cpu' })))
}
let failed = 0
for (const { case: item, quantity, error, tolerance } of findings) {
  const passes = error <= tolerance
  if (!passes) failed++
  console.log(`${passes ? 'ok  ' : 'FAIL'} ${item.padEnd(32)} ${quantity.padEnd(52)} ${error.toExponential(2)}  (tolerance ${tolerance})`)
}
console.log(`${findings.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
