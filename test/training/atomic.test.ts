import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson, removeTemporaries, temporaryName, writeFileAtomic, writeJson } from '../../main/training/atomic.ts'
import { temporaryFolder } from './tiny.ts'

describe('writeFileAtomic', () => {
  it('writes and replaces, and leaves nothing else', () => {
    const path = join(temporaryFolder(), 'a.txt')
    writeFileAtomic(path, 'one')
    writeFileAtomic(path, [Uint8Array.of(116, 119), Uint8Array.of(111)])
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(join(path, '..'))).toEqual(['a.txt'])
  })

  it.skipIf(!existsSync('/dev/full'))(
    'on a full disk keeps the old file, removes the half-written one and says so (skipped where /dev/full is absent)',
    () => {
      const path = join(temporaryFolder(), 'a.txt')
      writeFileAtomic(path, 'old')
      // Whatever is written to this device meets ENOSPC, as on a full disk.
      symlinkSync('/dev/full', temporaryName(path))
      expect(() => writeFileAtomic(path, 'new')).toThrow(/a\.txt: the disk is full\. What was saved before is untouched.*ENOSPC/)
      expect(readFileSync(path, 'utf8')).toBe('old')
      expect(readdirSync(join(path, '..'))).toEqual(['a.txt'])
    },
  )

  it('says when the folder is gone', () => {
    expect(() => writeFileAtomic(join(temporaryFolder(), 'no', 'a.txt'), 'x')).toThrow(/folder is gone/)
  })

  it('cannot replace a folder, and then leaves no temporary file', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a', 'b'), { recursive: true })
    expect(() => writeFileAtomic(join(folder, 'a'), 'x')).toThrow(join(folder, 'a'))
    expect(readdirSync(folder)).toEqual(['a'])
  })
})

it('removes what killed writers left, and nothing else', () => {
  const folder = temporaryFolder()
  for (const name of ['.last.safetensors.812.tmp', 'notes.tmp', '.hidden', 'last.safetensors']) writeFileSync(join(folder, name), '')
  removeTemporaries(folder)
  expect(readdirSync(folder).sort()).toEqual(['.hidden', 'last.safetensors', 'notes.tmp'])
})

it('reads JSON, or names the file that is none', () => {
  const path = join(temporaryFolder(), 'a.json')
  expect(() => readJson(path)).toThrow(/a\.json: no such file/)
  writeFileSync(path, '{"a": ')
  expect(() => readJson(path)).toThrow(/a\.json: not valid JSON/)
  writeJson(path, { a: [1] })
  expect(readJson(path)).toEqual({ a: [1] })
})
