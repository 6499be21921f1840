import { describe, expect, it } from 'vitest'
import { jobSchema } from '../../../preload/contract/index.ts'
import { failureOf } from '../../../renderer/app/failures.ts'

describe('a failed job', () => {
  it.each(jobSchema.shape.kind.options)('%s: says what happened, what was kept and what to do', (kind) => {
    const told = failureOf({ kind, title: 'Digits', error: 'digits/3.bin: byte 40: cut off.' })
    expect(told).toMatchObject({ title: 'Digits', happened: 'digits/3.bin: byte 40: cut off.' })
    expect(told.kept).toMatch(/^[A-Z].{15,}\.$/)
    expect(told.todo).toMatch(/^[A-Z].{15,}\.$/)
  })
  it('without a message says so', () => {
    expect(failureOf({ kind: 'training', title: 'T', error: null }).happened).toBe('It failed without a message.')
  })
})
