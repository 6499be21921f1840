import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clearLock, isAlive, Lock, thisProcess } from '../../main/training/lock.ts'
import { temporaryFolder } from './tiny.ts'

const dead = { ...thisProcess(), pid: 2 ** 22 + 1 }

describe('a lock', () => {
  it('is given once, and again after it was given back', () => {
    const path = join(temporaryFolder(), '.a.lock')
    const lock = Lock.take(path)
    expect(lock).toBeInstanceOf(Lock)
    expect(Lock.take(path)).toMatchObject({ pid: process.pid })
    if (lock instanceof Lock) lock.release()
    expect(Lock.take(path)).toBeInstanceOf(Lock)
  })

  it('is taken over from a dead process, and from a file that says nothing', () => {
    const folder = temporaryFolder()
    for (const content of [JSON.stringify(dead), '', '{"pid":']) {
      const path = join(folder, '.a.lock')
      writeFileSync(path, content)
      expect(Lock.take(path)).toBeInstanceOf(Lock)
      expect(Lock.take(path)).not.toBeInstanceOf(Lock)
    }
    expect(readdirSync(folder)).toEqual(['.a.lock'])
  })

  it('is cleared away only where nobody holds it', () => {
    const folder = temporaryFolder()
    const [held, left] = [join(folder, '.held.lock'), join(folder, '.left.lock')]
    Lock.take(held)
    writeFileSync(left, JSON.stringify(dead))
    clearLock(held)
    clearLock(left)
    expect(existsSync(held)).toBe(true)
    expect(existsSync(left)).toBe(false)
  })

  it('of a dead process is given to one of those who ask at the same moment', async () => {
    const folder = temporaryFolder()
    const children = Array.from({ length: 3 }, () => fork(join(import.meta.dirname, 'lock-child.ts'), [folder]))
    await Promise.all(children.map((child) => once(child, 'message')))
    const rounds = 40
    for (let round = 0; round < rounds; round++) {
      writeFileSync(join(folder, `.${round}.lock`), JSON.stringify(dead))
      const answers = children.map(async (child) => (await once(child, 'message'))[0] as boolean)
      children.forEach((child) => child.send(round))
      expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(1)
    }
    children.forEach((child) => child.disconnect())
    expect(readdirSync(folder)).toHaveLength(rounds)
  })
})

describe('an owner', () => {
  it('is alive or not whatever the clock says, where the system tells when a process began', () => {
    const self = thisProcess()
    expect(isAlive(self)).toBe(true)
    expect(isAlive(dead)).toBe(false)
    if (self.started === undefined) return
    expect(isAlive({ ...self, updated: '1971-01-01T00:00:00.000Z' })).toBe(true)
    expect(isAlive({ ...self, updated: '2999-01-01T00:00:00.000Z' })).toBe(true)
    expect(isAlive({ ...self, started: `${self.started}0` })).toBe(false)
  })
})
