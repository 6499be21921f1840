import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onnxRuntime } from '../../main/engines/onnxruntime.ts'
import { readCase } from '../../scripts/reference/case.ts'
import { checkCase } from '../../scripts/reference/check.ts'
import { checkFrames } from '../../scripts/reference/frames.ts'

const folder = join(import.meta.dirname, '../../../shared/reference')
const present = existsSync(folder)
const cases = present ? readdirSync(folder).filter((name) => name.endsWith('.safetensors')) : []

describe.skipIf(!present)(`agreement with the authors' code${present ? '' : ' (skipped: ../shared/reference is absent)'}`, () => {
  it('has cases of networks and of frames', () => {
    expect(cases.some((name) => name.startsWith('frames-'))).toBe(true)
    expect(cases.some((name) => !name.startsWith('frames-'))).toBe(true)
  })
  it.each(cases)('%s', async (name) => {
    const path = join(folder, name)
    const findings = name.startsWith('frames-') ? checkFrames(path) : await checkCase(readCase(path), onnxRuntime(), { device: 'cpu', threads: 1 })
    expect(findings.length).toBeGreaterThanOrEqual(4)
    expect(findings.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([])
  })
})
