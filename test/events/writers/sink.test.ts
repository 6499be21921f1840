import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileSink } from '../../../main/events/writers/sink.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-sink-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const text = (words: string): Uint8Array => Buffer.from(words)

describe('a file sink', () => {
  it('shows the file only when it is whole', () => {
    const target = join(folder, 'a.bin')
    const sink = openFileSink(target, false)
    sink.append(text('0000 events'))
    sink.append(text(' and more'))
    expect(sink.length).toBe(20)
    sink.patch(0, text('1234'))
    expect(existsSync(target)).toBe(false)
    sink.finish()
    sink.abandon()
    expect(readFileSync(target, 'utf8')).toBe('1234 events and more')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('abandoned, leaves nothing, and what was there as it was', () => {
    const target = join(folder, 'a.bin')
    writeFileSync(target, 'old')
    const sink = openFileSink(target, true)
    sink.append(text('new'))
    sink.abandon()
    expect(readdirSync(folder)).toEqual(['a.bin'])
    expect(readFileSync(target, 'utf8')).toBe('old')
  })

  it('overwrites only where it is asked to, also what appears meanwhile', () => {
    const target = join(folder, 'a.bin')
    const late = openFileSink(target, false)
    late.append(text('late'))
    const first = openFileSink(target, true)
    writeFileSync(target, 'someone else')
    expect(() => openFileSink(target, false)).toThrow(/a\.bin: this file exists already/)
    expect(() => late.finish()).toThrow(/exists already/)
    expect(readFileSync(target, 'utf8')).toBe('someone else')
    first.append(text('mine'))
    first.finish()
    expect(readFileSync(target, 'utf8')).toBe('mine')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('says what is wrong with the target', () => {
    expect(() => openFileSink(join(folder, 'no', 'a.bin'), false)).toThrow(/there is no such folder/)
    mkdirSync(join(folder, 'sub'))
    expect(() => openFileSink(join(folder, 'sub'), true)).toThrow(/this is a folder/)
    writeFileSync(join(folder, 'file'), '')
    expect(() => openFileSink(join(folder, 'file', 'a.bin'), false)).toThrow(/not a folder/)
  })

  it('removes what a killed writer left, not what a living one writes', () => {
    const target = join(folder, 'a.bin')
    // A process that has ended.
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(join(folder, `.a.bin.${pid}.7.tmp`), 'left behind')
    writeFileSync(join(folder, `.a.bin.${process.ppid}.8.tmp`), 'being written')
    writeFileSync(join(folder, `.b.bin.${pid}.7.tmp`), 'of another file')
    openFileSink(target, false).finish()
    expect(readdirSync(folder).sort()).toEqual([`.a.bin.${process.ppid}.8.tmp`, `.b.bin.${pid}.7.tmp`, 'a.bin'].sort())
  })

  it('that meets the end of the disk leaves nothing and says so', () => {
    const script = `
      import { openFileSink } from ${JSON.stringify(join(import.meta.dirname, '../../../main/events/writers/sink.ts'))}
      process.on('SIGXFSZ', () => undefined)
      const sink = openFileSink(${JSON.stringify(join(folder, 'a.bin'))}, false)
      try {
        for (let i = 0; i < 1000; i++) sink.append(new Uint8Array(65536))
      } catch (error) {
        console.log(error.message)
      } finally {
        sink.abandon()
      }`
    writeFileSync(join(folder, 'child.ts'), script)
    // The shell's limit stands for a full disk: the same call fails in the same place.
    const { stdout, stderr } = spawnSync('bash', ['-c', `ulimit -f 1000; exec "${process.execPath}" "${join(folder, 'child.ts')}"`], {
      encoding: 'utf8',
    })
    expect(`${stdout}${stderr}`).toMatch(/a\.bin: the file would be larger than this file system allows.*EFBIG/)
    expect(readdirSync(folder)).toEqual(['child.ts'])
  })
})
