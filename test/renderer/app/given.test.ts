import { expect, test } from 'vitest'
import { givenByInput } from '../../../renderer/app/given.ts'
import { jobOfUpload, Speed } from '../../../renderer/api/uploads.ts'

const file = (name: string, path = ''): File => Object.defineProperty(new File(['x'], name), 'webkitRelativePath', { value: path })
const list = (...files: File[]): FileList => files as unknown as FileList

test('a chosen folder: where its files lie in it, without hidden ones', () => {
  const given = givenByInput(list(file('a.bin', 'shapes/left/a.bin'), file('.x', 'shapes/.x'), file('b.bin', 'shapes/b.bin'), file('c', 'shapes/.git/c')), true)
  expect([given?.name, given?.folder, given?.files.map(({ below }) => below)]).toEqual(['shapes', true, ['left/a.bin', 'b.bin']])
})

test('a chosen file; and nothing where nothing was chosen', () => {
  expect(givenByInput(list(file('a.raw')), false)).toMatchObject({ name: 'a.raw', folder: false, files: [{ below: 'a.raw' }] })
  expect(givenByInput(list(), true)).toBe(null)
  expect(givenByInput(null, false)).toBe(null)
})

test('speed is that of the last seconds, and begins anew with a file that is sent once more', () => {
  const speed = new Speed()
  speed.add(0, 0)
  expect(speed.perSecond).toBe(null)
  for (let at = 250; at <= 4000; at += 250) speed.add(at, at * 1000)
  expect(speed.perSecond).toBe(1e6)
  for (let at = 4250; at <= 14_000; at += 250) speed.add(at, 4e6 + (at - 4000) * 100)
  expect(speed.perSecond).toBeCloseTo(1e5, 6)
  speed.add(14_250, 1e6)
  expect(speed.perSecond ?? 0).toBeLessThan(1e5 * 100)
})

test('an upload as a job: share, speed and time left', () => {
  const job = jobOfUpload('u', 'Send shapes to gpu', '2026-11-21T20:00:00Z', { files: 12, bytes: 4e9, sent: 1e9 }, 50e6)
  expect(job).toMatchObject({ progress: 0.25, detail: '1.00 GB of 4.00 GB, 12 files', rate: '50.0 MB/s', secondsLeft: 60, state: 'running' })
  expect(jobOfUpload('u', 't', '', { files: 1, bytes: 0, sent: 0 }, null)).toMatchObject({ progress: null, rate: null, secondsLeft: null })
})
