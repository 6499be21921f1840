import { describe, expect, it } from 'vitest'
import { lostWords, retryWords } from '../../../renderer/app/lost-line.ts'

const remote = { host: 'gpu.example', origin: 'https://gpu.example', line: 'lost', retryAt: 5000, problem: null, plain: false } as const

describe('a lost line', () => {
  it('names the machine, what is kept and whether it is tried again', () => {
    expect(lostWords(remote)).toMatchObject({ what: 'The line to gpu.example is cut.', tried: true })
    expect(lostWords(null)).toMatchObject({ what: 'The workbench does not answer.', tried: true })
    expect(lostWords(null).kept).toMatch(/start it again: runs are kept/)
    const refused = lostWords({ ...remote, line: 'refused', problem: 'Its token is another now.' })
    expect(refused).toMatchObject({ what: 'gpu.example lets this window in no more.', tried: false })
    expect(refused.kept).toMatch(/^Its token is another now\. /)
  })
  it('counts whole seconds, and never to nought or below', () => {
    expect([4001, 4000, 1, 0, -3000].map((left) => retryWords(10_000 + left, 10_000))).toEqual([5, 4, 1, 1, 1].map((s) => `Trying again in ${s} s`))
    expect(retryWords(null, 10_000)).toBe('Trying…')
  })
})
