import { describe, expect, it } from 'vitest'
import { parseFilters } from '../../main/headless/filter-option.ts'
import { readFraming } from '../../main/headless/framing-options.ts'
import { framingPresets } from '../../preload/contract/framing-presets.ts'

const usual = { timesteps: 10, resize: [48, 48] as [number, number] }

describe('filters on the command line', () => {
  it('have their defaults for what is left out', () => {
    expect(parseFilters(['background-activity', 'crop:x=10,width=20,moveOrigin=false', 'polarity:keep=on', 'transpose'])).toEqual([
      { type: 'background-activity', dt: 5000 },
      { type: 'crop', x: 10, y: 0, width: 20, height: 64, moveOrigin: false },
      { type: 'polarity', keep: 'on' },
      { type: 'transpose' },
    ])
    expect(parseFilters(undefined)).toEqual([])
  })
  it('say what is wrong with them', () => {
    expect(() => parseFilters(['blur'])).toThrow('there is no filter "blur"')
    expect(() => parseFilters(['crop:x'])).toThrow('"x" must be KEY=VALUE')
    expect(() => parseFilters(['refractory:period=soon'])).toThrow('--filter refractory:period=soon: period:')
    expect(() => parseFilters(['rotate:degrees=45'])).toThrow('degrees')
  })
})

describe('framing on the command line', () => {
  it('is the contract’s default without options', () => {
    expect(readFraming({}, usual)).toEqual({ framing: { timesteps: 10, splitBy: 'count', normalize: 'none', resize: [48, 48] }, filters: [] })
  })
  it('takes a preset, single settings beside it, and filters before the preset’s own', () => {
    const trt = framingPresets.find(({ name }) => name === 'TRT code')!
    const { framing, filters } = readFraming({ preset: 'trt CODE', timesteps: '4', filter: ['refractory:period=9'] }, usual)
    expect(framing).toEqual({ ...trt.framing, timesteps: 4 })
    expect(filters).toEqual([{ type: 'refractory', period: 9 }, ...trt.filters])
    expect(readFraming({ preset: 'TRT code', representation: 'counts' }, usual).framing.representation).toBeUndefined()
    expect(trt.framing.representation).toBe('binary')
    expect(readFraming({ 'split-by': 'duration', block: '5000', representation: 'time-surface', tau: '7' }, usual).framing).toMatchObject({ splitBy: 'duration', blockUs: 5000, representation: 'time-surface', tau: 7 })
    expect(() => readFraming({ preset: 'mine' }, usual)).toThrow('--preset must be one of "TRT code"')
  })
})
