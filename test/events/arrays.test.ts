import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvWriter } from '../../main/events/writers/csv.ts'
import { npzWriter } from '../../main/events/writers/npz.ts'
import type { EventBatch } from '../../main/events/recording.ts'
import { batchOf, eventsOf, open, randomBatch, read, sequences, type Event } from './make.ts'
import { marksOf, memorySink, rest } from './passes.ts'

const writable = (batch: EventBatch, width = 346, height = 260) => ({
  width,
  height,
  events: batch.length,
  tFirst: batch.length > 0 ? batch.t[0]! : null,
  tLast: batch.length > 0 ? batch.t.at(-1)! : null,
  // In pieces, as decoders give them.
  *batches() {
    for (let from = 0; from < batch.length; from += 700) {
      const part = <T extends { subarray(a: number, b: number): T }>(values: T): T => values.subarray(from, from + 700)
      yield { length: Math.min(700, batch.length - from), t: part(batch.t), x: part(batch.x), y: part(batch.y), p: part(batch.p) }
    }
  },
})
const written = (writer: typeof npzWriter, batch: EventBatch): Uint8Array<ArrayBuffer> => {
  const sink = memorySink()
  writer.write(writable(batch), sink)
  return sink.bytes()
}

describe.each([
  ['NumPy archive', npzWriter, 'a.npz'],
  ['text', csvWriter, 'a.csv'],
] as const)('%s', (_, writer, name) => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(sequences({ width: 346, height: 260, gap: 1e6, start: 1e15 }).filter((events) => new Set(events.map(({ p }) => p)).size === 2), (events) => {
        expect(read(written(writer, batchOf(events)), name).events).toEqual(events)
      }),
      { numRuns: 60 },
    )
  })
  it('goes on from every mark', () => {
    const batch = randomBatch(40_000, 128, 128, 5)
    const recording = open(written(writer, batch), name)
    const all = eventsOf(batch)
    const marks = marksOf(recording)
    expect(marks.length).toBeGreaterThan(4)
    for (const { mark, events } of marks) expect(rest(recording.pass(mark))).toEqual(all.slice(events))
  })
  it('a file that was cut gives the events before, or says what is wrong', () => {
    const bytes = written(writer, randomBatch(3000, 34, 34))
    for (let cut = 0; cut < bytes.length; cut += 997) {
      try {
        expect(read(bytes.slice(0, cut), name).events.length).toBeLessThanOrEqual(3000)
      } catch (error) {
        expect(String(error)).toMatch(/RecordingError: a\.(npz|csv): /)
      }
    }
  })
})

function npyBytes(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117) + '\n'
  const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length & 255, header.length >> 8)}${header}`, 'latin1')
  return new Uint8Array(Buffer.concat([head, data]))
}
const four: Event[] = [
  { t: 100, x: 3, y: 4, p: 1 },
  { t: 103, x: 9, y: 2, p: 0 },
  { t: 110, x: 3, y: 7, p: 1 },
  { t: 115, x: 0, y: 0, p: 0 },
]
const floats = (rows: readonly (readonly number[])[]): Uint8Array => new Uint8Array(Float64Array.from(rows.flat()).buffer)

describe('.npy', () => {
  it('a structured array with padding, names in any case', () => {
    const data = Buffer.alloc(4 * 16)
    four.forEach(({ t, x, y, p }, i) => {
      data.writeBigInt64LE(BigInt(t), i * 16)
      data.writeUInt16LE(x, i * 16 + 8)
      data.writeUInt16LE(y, i * 16 + 10)
      data.writeUInt8(p, i * 16 + 12)
    })
    const descr = "[('Timestamp', '<i8'), ('X', '<u2'), ('y', '<u2'), ('polarity', '|b1'), ('', '|V3')]"
    const { events, recording } = read(npyBytes(descr, '(4,)', data), 'a.npy')
    expect(events).toEqual(four)
    expect([recording.width, recording.height, recording.details['Columns']]).toEqual([10, 8, 't (µs), x, y, p'])
  })
  it.each([
    ['x, y, t in seconds, p -1/+1 (MVSEC)', four.map(({ t, x, y, p }) => [x, y, t / 1e6 + 1.5e9, p ? 1 : -1]), 1.5e15],
    ['t in seconds, x, y, p (RPG)', four.map(({ t, x, y, p }) => [t / 1e6, x, y, p]), 0],
    ['x, y, p, t in µs', four.map(({ t, x, y, p }) => [x, y, p, t]), 0],
  ])('a matrix of %s', (_, rows, start) => {
    const { events } = read(npyBytes("'<f8'", '(4, 4)', floats(rows)), 'a.npy')
    expect(events).toEqual(four.map((event) => ({ ...event, t: event.t + start })))
  })
  it('a matrix by columns, and a wide one', () => {
    const rows = four.map(({ t, x, y, p }) => [t, x, y, p])
    const columns = [0, 1, 2, 3].map((c) => rows.map((row) => row[c] ?? 0))
    expect(read(npyBytes("'<f8'", '(4, 4)', floats(columns), 'True'), 'a.npy').events).toEqual(four)
    const five = [...four, { t: 120, x: 1, y: 1, p: 1 }]
    const wide = (['t', 'x', 'y', 'p'] as const).map((key) => five.map((event) => event[key]))
    expect(read(npyBytes("'<f8'", '(4, 5)', floats(wide)), 'a.npy').events).toEqual(five)
  })
  it('big-endian numbers', () => {
    const data = Buffer.alloc(4 * 8)
    four.forEach(({ t, x, y, p }, i) => [t, x, y, p].forEach((value, c) => data.writeInt16BE(value, i * 8 + c * 2)))
    expect(read(npyBytes("'>i2'", '(4, 4)', data), 'a.npy').events).toEqual(four)
  })
  it.each([
    ['objects', npyBytes("'|O'", '(4,)', new Uint8Array(32)), /Python objects \(pickle\), which are never run/],
    ['a picture', npyBytes("'|u1'", '(8, 8)', new Uint8Array(64)), /holds no events: array \(8, 8\)/],
    ['an absurd shape', npyBytes("'<f8'", '(99999999999999, 4)', new Uint8Array(64)), /which no file can hold/],
    ['fields of several numbers', npyBytes("[('t', '<i8'), ('xy', '<u2', (2,))]", '(4,)', new Uint8Array(64)), /"xy" of several numbers/],
    ['complex numbers', npyBytes("'<c16'", '(4,)', new Uint8Array(64)), /type "<c16"/],
    ['columns that can\'t be told apart', npyBytes("'<f8'", '(3, 4)', floats([[5, 3, 9, 7], [4, 8, 3, 9], [3, 2, 5, 8]])), /can't be told/],
  ])('%s: refused with the reason', (_, bytes, why) => {
    expect(() => read(bytes, 'a.npy')).toThrow(why)
  })
  it('an array shorter than its shape says so', () => {
    const bytes = npyBytes("'<f8'", '(1000, 4)', floats(four.map(({ t, x, y, p }) => [t, x, y, p])))
    const { events, problems } = read(bytes, 'a.npy')
    expect(events).toEqual(four)
    expect(problems.join()).toMatch(/996 rows before it should/)
  })
})

describe('times', () => {
  const rows = (unit: number): number[][] => Array.from({ length: 2000 }, (_, i) => [i % 30, (i * 7) % 30, i % 2, (i * 21 + (i % 3)) / unit])
  it.each([
    ['seconds', 1e6],
    ['milliseconds', 1e3],
  ])('in %s are told by how far they lie apart', (_, unit) => {
    const { events } = read(npyBytes("'<f8'", '(2000, 4)', floats(rows(unit))), 'a.npy')
    expect(events.map(({ t }) => t)).toEqual(rows(1).map((row) => row[3]))
  })
})

describe('MATLAB', () => {
  const tag = (type: number, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32LE(type)
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data, Buffer.alloc((8 - (data.length % 8)) % 8)])
  }
  const ints = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer)
  const array = (kind: number, name: string, shape: number[], body: Buffer): Buffer =>
    tag(14, Buffer.concat([tag(6, ints(kind, 0)), tag(5, ints(...shape)), tag(1, Buffer.from(name)), body]))
  const doubles = (name: string, shape: number[], values: number[]): Buffer => array(6, name, shape, tag(9, Buffer.from(Float64Array.from(values).buffer)))
  const file = (...variables: Buffer[]): Uint8Array => {
    const head = Buffer.alloc(128, ' ')
    head.write('MATLAB 5.0 MAT-file, made here')
    head.writeUInt16LE(0x0100, 124)
    head.write('IM', 126, 'latin1')
    return new Uint8Array(Buffer.concat([head, ...variables]))
  }
  const column = (key: keyof Event): number[] => four.map((event) => event[key])
  const compressed = (variable: Buffer): Buffer => {
    const data = deflateSync(variable)
    const head = Buffer.alloc(8)
    head.writeUInt32LE(15)
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data])
  }
  const td = (add: number): Buffer => {
    const names = ['x', 'y', 'p', 'ts']
    const values = [column('x').map((x) => x + add), column('y').map((y) => y + add), column('p'), column('t')]
    const fields = Buffer.concat([tag(5, ints(8)), tag(1, Buffer.from(names.map((name) => name.padEnd(8, '\0')).join(''))), ...values.map((each) => doubles('', [4, 1], each))])
    return array(2, 'TD', [1, 1], fields)
  }
  it('a struct TD counted from 1, compressed or not', () => {
    for (const bytes of [file(td(1)), file(compressed(td(1)))]) {
      const { events, recording } = read(bytes, 'a.mat')
      expect(events).toEqual(four)
      expect(recording.details['Pixels']).toMatch(/from 1/)
    }
    expect(read(file(td(0)), 'a.mat').events).toEqual(four)
  })
  it('copies of CIFAR10-DVS: columns t, _, _, x, y, p', () => {
    const columns = [column('t'), [0, 0, 0, 0], [0, 0, 0, 0], column('x'), column('y'), column('p')]
    expect(read(file(doubles('out1', [4, 6], columns.flat())), 'a.mat').events).toEqual(four)
  })
  it('says what it holds instead, and where it is damaged', () => {
    expect(() => read(file(doubles('spiketrain', [2, 3], [1, 2, 3, 4, 5, 6])), 'a.mat')).toThrow(/spiketrain \(2x3\).*tactile/)
    const whole = file(td(1))
    for (let cut = 129; cut < whole.length; cut += 37) {
      try {
        expect(read(whole.slice(0, cut), 'a.mat').events.length).toBeLessThanOrEqual(4)
      } catch (error) {
        expect(String(error)).toMatch(/RecordingError: a\.mat: this MATLAB file/)
      }
    }
    let nested = doubles('', [1, 1], [1])
    for (let i = 0; i < 40; i++) nested = array(1, '', [1, 1], nested)
    expect(() => read(file(nested), 'a.mat')).toThrow(/nested deeper/)
  })
})

describe('text', () => {
  it.each([
    ['RPG: seconds, spaces', '0.000100 3 4 1\n0.000103 9 2 0\n0.000110 3 7 1\n0.000115 0 0 0\n', 0],
    ['Prophesee: x,y,p,t', '3,4,1,100\n9,2,0,103\n3,7,1,110\n0,0,0,115', 0],
    ['a header line, other columns, semicolons', 'id;polarity;y;x;timestamp\n1;1;4;3;100\n2;0;2;9;103\n3;1;7;3;110\n4;0;0;0;115\n', 0],
    ['comments, true and false, tabs', '# t x y p\n100\t3\t4\ttrue\n103\t9\t2\tfalse\n\n110\t3\t7\ttrue\n115\t0\t0\tfalse\n', 0],
    ['a unit in the header: nanoseconds', 'timestamp_ns,x,y,p\n100000,3,4,1\n103000,9,2,0\n110000,3,7,1\n115000,0,0,0\n', 0],
    ['a unit in brackets: milliseconds', 'x,y,p,Time [ms]\n3,4,1,0.1\n9,2,0,0.103\n3,7,1,0.11\n0,0,0,0.115\n', 0],
    ['every cell in quotes', '"t","x","y","p"\n"100","3","4","1"\n"103","9","2","0"\n"110","3","7","1"\n"115","0","0","0"\n', 0],
    ['decimal commas', 't (s);x;y;p\n0,000100;3;4;1\n0,000103;9;2;0\n0,000110;3;7;1\n0,000115;0;0;0\n', 0],
    ['ON and OFF as words', 't,x,y,polarity\n100,3,4,ON\n103,9,2,OFF\n110,3,7,on\n115,0,0,off\n', 0],
    ['exponents and Windows lines', '1.0e2,3,4,1\r\n1.03e2,9,2,0\r\n1.1e2,3,7,1\r\n1.15e2,0,0,0\r\n', 0],
  ])('%s', (_, text) => {
    expect(read(Buffer.from(text), 'a.txt').events).toEqual(four)
  })
  it('the sensor of a comment, and lines that hold nothing', () => {
    const { recording, events, problems } = read(Buffer.from('%geometry:346,260\nt,x,y,p\n1,2,3,1\n2,2,3,0\n3,2,3,1\n4,2,3,0\n5,2,3,1\nnonsense\n6,2,3,0\n'), 'a.csv')
    expect([recording.width, recording.height, events.length]).toEqual([346, 260, 6])
    expect(problems.join()).toMatch(/1 line without the numbers of an event/)
  })
  it('the sensor of a first line of two numbers, as E2VID keeps it', () => {
    const { recording, events } = read(Buffer.from('240 180\n0.000100 3 4 1\n0.000103 9 2 0\n0.000110 3 7 1\n'), 'a.txt')
    expect([recording.width, recording.height, events.length]).toEqual([240, 180, 3])
  })
  it('in UTF-16 is named', () => {
    const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('t,x,y,p\n1,2,3,1\n', 'utf16le')])
    expect(() => read(text, 'a.csv')).toThrow(/UTF-16.*UTF-8/)
  })
  it.each([
    ['prose', 'It was a dark night, with rain, and wind, and more\nof it, all night, on and, on and on\n'],
    ['three numbers a line', '1,2,3\n4,5,6\n'],
    ['gesture labels', 'class,startTime_usec,endTime_usec\n1,2,3\n'],
  ])('%s is no recording', (_, text) => {
    expect(() => read(Buffer.from(text), 'a.csv')).toThrow(/not a recording|without lines of events|labels of a DVS128/)
  })
})

/** Debian's interpreter, where its numpy is installed. */
const python = '/usr/bin/python3'
const withNumpy = (() => {
  try {
    execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!withNumpy)(`NumPy itself${withNumpy ? '' : ` (skipped: ${python} has no numpy: apt-get install python3-numpy)`}`, () => {
  const inFolder = (work: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'saccade-numpy-'))
    try {
      work(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  it('reads our archive by the names that SpikingJelly and Tonic use', () =>
    inFolder((folder) => {
      const batch = randomBatch(5000, 346, 260, 1_600_000_000_000_000)
      writeFileSync(join(folder, 'a.npz'), written(npzWriter, batch))
      const script = "import numpy,json,sys; a=numpy.load(sys.argv[1]); print(json.dumps({k:[str(a[k].dtype),a[k].astype('int64').tolist()] for k in 'txyp'}))"
      const found = JSON.parse(execFileSync(python, ['-c', script, join(folder, 'a.npz')], { encoding: 'utf8' })) as Record<string, [string, number[]]>
      expect(Object.values(found).map(([type]) => type)).toEqual(['int64', 'uint16', 'uint16', 'uint8'])
      expect(found['t']?.[1]).toEqual([...batch.t])
      expect(found['x']?.[1]).toEqual([...batch.x])
      expect(found['y']?.[1]).toEqual([...batch.y])
      expect(found['p']?.[1]).toEqual([...batch.p])
    }))
  it('what it saves is read: savez, savez_compressed, structured, by columns', () =>
    inFolder((folder) => {
      const script = `
import numpy as np, sys
r=np.random.RandomState(3); n=30000
t=np.cumsum(r.randint(0,5,n)).astype('int64'); x=r.randint(0,240,n); y=r.randint(0,180,n); p=r.randint(0,2,n)
f=sys.argv[1]
np.savez(f+'/a.npz', t=t, x=x.astype('uint16'), y=y.astype('int32'), p=p.astype(bool))
np.savez_compressed(f+'/b.npz', ts=t, xs=x, ys=y, pol=2*p-1)
s=np.zeros(n, dtype=np.dtype({'names':['x','y','p','t'],'formats':['<u2','<u2','u1','<i8']}, align=True)); s['x']=x; s['y']=y; s['p']=p; s['t']=t
np.savez_compressed(f+'/c.npz', events=s)
np.save(f+'/d.npy', np.asfortranarray(np.stack([x,y,t,p],1).astype('float64')))
print(int(t.sum()), int(x.sum()), int(y.sum()), int(p.sum()))`
      const sums = execFileSync(python, ['-c', script, folder], { encoding: 'utf8' }).trim()
      for (const name of ['a.npz', 'b.npz', 'c.npz', 'd.npy']) {
        const { events } = read(new Uint8Array(readFileSync(join(folder, name))), name)
        const sum = (key: keyof Event): number => events.reduce((total, event) => total + event[key], 0)
        expect([events.length, `${sum('t')} ${sum('x')} ${sum('y')} ${sum('p')}`], name).toEqual([30_000, sums])
      }
    }))
})
