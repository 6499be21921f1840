import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeNmnist } from '../../main/events/formats/nmnist.ts'
import { readRecording } from '../../main/events/read.ts'
import { randomBatch } from '../events/make.ts'
import { saccade } from '../support/cli.ts'
import { temporaryFolder } from '../support/workbench.ts'

test('convert: a part in another format, JSON, help, and what is wrong', async () => {
  const folder = temporaryFolder('cli-convert')
  const [input, output] = [join(folder, 'in.bin'), join(folder, 'out.aedat4')]
  writeFileSync(input, encodeNmnist(randomBatch(20_000, 34, 34)))
  const part = ['--from', '1ms', '--to', '0.02s', '--roi', '4,5,10,11', '--polarity', 'on']
  const [made, help, wrong, format, range] = await Promise.all([
    saccade('convert', input, output, ...part, '--json'),
    saccade('convert', '--help'),
    saccade('convert', input, join(folder, 'x.bin'), '--roi', '1,2,3'),
    saccade('convert', input, join(folder, 'x.xyz')),
    saccade('convert', input, join(folder, 'y.bin'), '--from', 'soon'),
  ])
  expect([made.code, help.code, wrong.code, format.code, range.code]).toEqual([0, 0, 2, 2, 2])
  const { recording } = readRecording(output)
  expect(JSON.parse(made.stdout)).toMatchObject({ output, format: 'aedat4', events: recording.events, leftOut: 20_000 - recording.events })
  expect(recording).toMatchObject({ width: 10, height: 11, off: 0 })
  expect(recording.tLast! - recording.tFirst!).toBeLessThan(19_000)
  expect(help.stdout).toContain('Usage: npm run saccade -- convert INPUT OUTPUT')
  expect(help.stdout).toContain('aedat4')
  expect(wrong.stderr).toContain('--roi must be X,Y,WIDTH,HEIGHT')
  expect(format.stderr).toContain('.xyz is no format to write')
  expect(range.stderr).toContain('--from must be a time')
  const again = await saccade('convert', input, output)
  expect([again.code, again.stdout]).toEqual([1, ''])
  expect(again.stderr).toContain('exists already')
  expect((await saccade('convert', input, output, '--overwrite')).code).toBe(0)
  expect(readRecording(output).recording.events).toBe(20_000)
  expect(existsSync(join(folder, 'x.bin'))).toBe(false)
  const [filtered, unknown] = await Promise.all([
    saccade('convert', input, output, '--overwrite', '--filter', 'polarity:keep=on', '--filter', 'crop:x=4,y=5,width=10,height=11'),
    saccade('convert', input, join(folder, 'x.bin'), '--filter', 'blur'),
  ])
  expect([filtered.code, unknown.code]).toEqual([0, 2])
  expect(unknown.stderr).toContain('there is no filter "blur"')
  const behind = readRecording(output).recording
  expect(behind).toMatchObject({ width: 10, height: 11, off: 0 })
  expect(filtered.stdout).toContain(`${(20_000 - behind.events).toLocaleString('en')} events left out as asked`)
})
