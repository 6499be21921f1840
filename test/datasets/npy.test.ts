import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeNpyHeader, encodeNpyHeader, NpyReader, NpyWriter } from '../../main/datasets/npy.ts'
import { temporaryFolder } from './made.ts'

const python = spawnSync('python3', ['-c', 'import numpy']).status === 0

describe('.npy files', () => {
  it('are laid out as NumPy describes: magic, version, header length, dict, newline at byte 127, values', async () => {
    const path = join(temporaryFolder(), 'a.npy')
    const writer = await NpyWriter.create(path, 'uint16', [2, 3])
    await writer.append(Uint16Array.from([1, 2, 3, 4, 5, 6]))
    await writer.append(Uint16Array.from([7, 8, 9, 10, 11, 65535, 13, 14, 15, 16, 17, 18]))
    await writer.finish()
    const bytes = readFileSync(path)
    expect(bytes.subarray(0, 10)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]))
    expect(bytes.toString('latin1', 10, 128)).toBe(`{'descr': '<u2', 'fortran_order': False, 'shape': (3, 2, 3), }`.padEnd(117) + '\n')
    expect(bytes.length).toBe(128 + 36)
    expect(bytes.readUInt16LE(128 + 22)).toBe(65535)
  })

  it('count no rows before they are finished, go on where they were, and read any row', async () => {
    const path = join(temporaryFolder(), 'a.npy')
    const first = await NpyWriter.create(path, 'float32', [2])
    await first.append(Float32Array.from([0, 1, 2, 3, 4, 5]))
    await first.close()
    expect(decodeNpyHeader(readFileSync(path), path).shape).toEqual([0, 2])
    expect(() => new NpyReader(path)).toThrow('longer than its header says')
    const second = await NpyWriter.resume(path, 'float32', [2], 2)
    await second.append(Float32Array.from([8, 9]))
    expect(second.rows).toBe(3)
    await second.finish()
    const reader = new NpyReader(path)
    const out = new Float32Array(4)
    reader.read(1, out)
    expect([...out]).toEqual([2, 3, 8, 9])
    expect(() => reader.read(2, out)).toThrow('lies outside its 3 rows')
    expect(() => reader.read(0, new Uint16Array(2))).toThrow('holds float32')
    reader.close()
  })

  it('refuse rows that are not whole', async () => {
    const writer = await NpyWriter.create(join(temporaryFolder(), 'a.npy'), 'uint16', [4])
    await expect(writer.append(new Uint16Array(6))).rejects.toThrow('not whole rows')
    await writer.close()
  })

  it('say what is wrong with a damaged one', async () => {
    const path = join(temporaryFolder(), 'a.npy')
    const writer = await NpyWriter.create(path, 'int64', [])
    await writer.append(BigInt64Array.from([1n, -2n, 3n]))
    await writer.finish()
    truncateSync(path, 140)
    expect(() => new NpyReader(path)).toThrow('truncated: 140 bytes, 152 expected')
    writeFileSync(path, 'hello, this is text')
    expect(() => new NpyReader(path)).toThrow('not a .npy file')
    expect(() => new NpyReader(`${path}.gone`)).toThrow('the file is missing')
    const header = Buffer.from(encodeNpyHeader('float32', [3, 2]))
    const changed = (from: string, to: string) => Buffer.from(header.toString('latin1').replace(from, to), 'latin1')
    expect(() => decodeNpyHeader(changed('<f4', '<f8'), path)).toThrow('values of type <f8')
    expect(() => decodeNpyHeader(changed('False', 'True '), path)).toThrow('Fortran')
    expect(() => decodeNpyHeader(changed('(3, 2)', '(x, 2)'), path)).toThrow('shape')
    expect(() => decodeNpyHeader(header.subarray(0, 60), path)).toThrow('cut short')
  })

  it.skipIf(!python)('open in NumPy, and NumPy\'s open here (skipped where python3 has no numpy)', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.npy')
    const writer = await NpyWriter.create(path, 'float32', [2, 2])
    await writer.append(Float32Array.from([0.5, 1, 2, 3, 4, 5, 6, 7]))
    await writer.finish()
    const script = `import numpy as n, sys
a = n.load('a.npy', mmap_mode='r'); print(a.shape, a.dtype, float(a.sum()), float(a[1, 0, 1]))
n.save('b.npy', n.arange(6, dtype='<u2').reshape(3, 2)); n.save('c.npy', n.arange(3, dtype='<i8'))`
    expect(execFileSync('python3', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim()).toBe('(2, 2, 2) float32 28.5 5.0')
    const pairs = new NpyReader(join(folder, 'b.npy'))
    const out = new Uint16Array(2)
    pairs.read(2, out)
    expect([...out]).toEqual([4, 5])
    pairs.close()
    const labels = new NpyReader(join(folder, 'c.npy'))
    const label = new BigInt64Array(3)
    labels.read(0, label)
    expect([...label]).toEqual([0n, 1n, 2n])
    labels.close()
  })
})
