import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { readRecording } from '../../main/events/read.ts'
import { randomBatch } from '../events/make.ts'
import { openBench, temporaryFolder } from '../support/workbench.ts'

test('recordings.convert writes in a job, tells what it wrote, and can be cancelled without a trace', async () => {
  const folder = temporaryFolder('convert')
  const path = join(folder, 'in.bin')
  writeFileSync(path, encodeNmnist(randomBatch(2_000_000, 34, 34)))
  const bench = openBench(join(folder, 'library'))
  try {
    const { formats } = await bench.call('recordings.writers', {})
    expect(formats).toContainEqual({ id: 'aedat4', name: 'AEDAT 4 (LZ4)', extension: '.aedat4' })

    const output = join(folder, 'out.aedat4')
    const { job } = await bench.call('recordings.convert', { path, output, format: 'aedat4', from: 0, to: 100_000 })
    const done = await bench.done(job)
    expect(done).toMatchObject({ kind: 'convert', title: 'Write out.aedat4', progress: 1 })
    const { recording } = readRecording(output)
    expect(done.detail).toContain(`${recording.events.toLocaleString('en')} events`)
    expect(recording.tLast! - recording.tFirst!).toBeLessThan(100_000)

    const again = await bench.ended((await bench.call('recordings.convert', { path, output })).job)
    expect(again).toMatchObject({ state: 'failed', error: expect.stringContaining('exists already') as string })

    const cancelled = join(folder, 'cancelled.aedat4')
    const second = await bench.call('recordings.convert', { path, output: cancelled })
    while (!readdirSync(folder).some((name) => name.includes('cancelled'))) await new Promise((resolve) => setTimeout(resolve, 5))
    await bench.call('jobs.cancel', { id: second.job })
    expect(await bench.ended(second.job)).toMatchObject({ state: 'cancelled', detail: 'Cancelled. Nothing was written.' })
    expect(readdirSync(folder).filter((name) => name.includes('cancelled'))).toEqual([])
    expect(existsSync(cancelled)).toBe(false)

    await expect(bench.call('recordings.convert', { path, output: join(folder, 'a.xyz') })).rejects.toThrow(/no format to write/)
    await expect(bench.call('recordings.convert', { path, output, from: 5, to: 5 })).rejects.toThrow(/is empty/)
  } finally {
    await bench.workbench.close()
  }
})
