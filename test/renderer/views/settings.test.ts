import { describe, expect, it } from 'vitest'
import type { CallOutput, DatasetSummary } from '../../../preload/contract/index.ts'
import { memoryChoices, threadChoices } from '../../../renderer/views/settings/choices.ts'
import { initialForm } from '../../../renderer/views/training/form.ts'

describe('what settings offer', () => {
  it('threads up to the cores, and what is set now', () => {
    expect(threadChoices(6, null).map(({ value }) => value)).toEqual(['0', '1', '2', '4', '6'])
    expect(threadChoices(2, 3).map(({ value }) => value)).toEqual(['0', '1', '2', '3'])
  })
  it('memory up to half of it, and what is set now', () => {
    expect(memoryChoices(2 ** 31, null).map(({ value }) => Number(value) / 2 ** 20)).toEqual([0, 256, 512, 1024])
    expect(memoryChoices(2 ** 20, 2 ** 29).map(({ value }) => Number(value))).toEqual([0, 2 ** 29])
  })
})

it('New run begins with the default device', () => {
  const presets = { networks: [{ id: 'n', network: { name: 'Small' } }], trainings: [{ id: 't', settings: { method: { name: 'trt' } } }] }
  const form = (device?: 'webgpu') => initialForm(presets as unknown as CallOutput<'training.presets'>, { id: 'd', name: 'D' } as DatasetSummary, device)
  expect(form('webgpu')?.config.device).toBe('webgpu')
  expect(form()?.config.device).toBe('cpu')
})
