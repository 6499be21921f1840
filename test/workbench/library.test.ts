import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultLibrary, Library } from '../../main/workbench/library.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'saccade-library-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the library', () => {
  test('makes its folders, also where the parent is missing', () => {
    const library = new Library(join(root, 'a/b'))
    for (const kind of ['datasets', 'runs', 'models'] as const) expect(existsSync(join(root, 'a/b', kind))).toBe(true)
    expect(library.ids('datasets')).toEqual([])
  })

  test('where it can not be kept, it says so and what to do', () => {
    writeFileSync(join(root, 'file'), '')
    expect(() => new Library(join(root, 'file'))).toThrow(/the library can't be kept here \((ENOTDIR|EEXIST)\).*--library/)
  })

  test.skipIf(process.getuid?.() === 0)('a folder without write permission is refused (not tested as root, who may write anywhere)', () => {
    chmodSync(root, 0o555)
    expect(() => new Library(root)).toThrow('EACCES')
    chmodSync(root, 0o755)
  })

  test('ids say the name, are never taken twice, and can not lead out of the library', () => {
    const library = new Library(root)
    expect(library.claim('datasets', 'N-MNIST klein (1.000)')).toBe('n-mnist-klein-1-000')
    expect(library.claim('datasets', 'n-mnist klein 1 000')).toBe('n-mnist-klein-1-000-2')
    expect(library.claim('datasets', '../../etc')).toBe('etc')
    expect(library.claim('datasets', '日本')).toBe('dataset')
    mkdirSync(join(root, 'runs', 'trt'))
    expect(library.claim('runs', 'TRT')).toBe('trt-2')
    library.release('datasets', 'etc')
    expect(library.claim('datasets', 'etc')).toBe('etc')
    for (const id of ['..', '../runs', 'a/b', 'a\\b', '/etc', '.hidden', '', 'A', 'x'.repeat(200), 'a\0b']) {
      expect(() => library.folder('datasets', id)).toThrow('is not the id of a dataset')
      expect(() => library.remove('datasets', id)).toThrow('is not the id of a dataset')
    }
  })

  test('only what is finished is listed; removing takes the whole folder and nothing else', () => {
    const library = new Library(root)
    for (const id of ['one', 'two', 'unfinished']) mkdirSync(join(root, 'runs', id))
    for (const id of ['one', 'two']) writeFileSync(join(root, 'runs', id, 'run.json'), '{}')
    expect(library.ids('runs')).toEqual(['one', 'two'])
    expect(() => library.existing('runs', 'unfinished')).toThrow('There is no run "unfinished"')
    library.remove('runs', 'one')
    expect(library.ids('runs')).toEqual(['two'])
    expect(existsSync(join(root, 'runs', 'one'))).toBe(false)
    expect(existsSync(join(root, 'runs', 'unfinished'))).toBe(true)
  })

  test('what a process that died left half done is cleared away, what a living one is making is not', () => {
    const library = new Library(root)
    mkdirSync(join(library.root, 'models', '.removed-old-1-2'))
    mkdirSync(join(library.root, 'models', '.gone.999999999.tmp'))
    mkdirSync(join(library.root, 'models', `.made.${process.pid}.tmp`))
    new Library(root)
    expect(existsSync(join(root, 'models', '.removed-old-1-2'))).toBe(false)
    expect(existsSync(join(root, 'models', '.gone.999999999.tmp'))).toBe(false)
    expect(existsSync(join(root, 'models', `.made.${process.pid}.tmp`))).toBe(true)
  })

  test('an import given up weeks ago is cleared away; a recent one can still be gone on with, and finished datasets stay', () => {
    const library = new Library(root)
    const old = new Date(Date.now() - 30 * 24 * 3600 * 1000)
    for (const [id, files] of Object.entries({
      old: ['import.jsonl'],
      recent: ['import.jsonl'],
      finished: ['import.jsonl', 'manifest.json'],
      foreign: ['notes.txt'],
    })) {
      mkdirSync(join(library.root, 'datasets', id))
      for (const file of files) {
        writeFileSync(join(library.root, 'datasets', id, file), '')
        if (id !== 'recent') utimesSync(join(library.root, 'datasets', id, file), old, old)
      }
    }
    new Library(root)
    expect(readdirSync(join(root, 'datasets')).sort()).toEqual(['finished', 'foreign', 'recent'])
  })

  test('recent paths: latest first, once each, only those that still exist; a damaged list starts anew', () => {
    const library = new Library(root)
    const files = Array.from({ length: 15 }, (_, i) => join(root, `${i}.bin`))
    for (const file of files) writeFileSync(file, '')
    for (const file of [...files, files[3] ?? '']) library.remember(file)
    expect(library.recent).toHaveLength(12)
    expect(library.recent.slice(0, 2)).toEqual([files[3], files[14]])
    rmSync(files[3] ?? '')
    expect(new Library(root).recent[0]).toBe(files[14])
    writeFileSync(join(root, 'library.json'), '{"version": 1, "recent": ')
    expect(new Library(root).recent).toEqual([])
  })

  test('the environment may choose the folder', () => {
    const before = process.env.SACCADE_LIBRARY
    process.env.SACCADE_LIBRARY = root
    expect(defaultLibrary()).toBe(root)
    delete process.env.SACCADE_LIBRARY
    expect(defaultLibrary()).toMatch(/Saccade$/)
    if (before !== undefined) process.env.SACCADE_LIBRARY = before
  })
})
